import SkeinCluster
import SkeinCore

/// What `MemoryBroker` should answer, in the most obvious way: lists that are searched from the beginning.
///
/// Epochs are `e1`, `e2` … in the order in which streams are made.
struct MemoryBrokerModel {
    struct Stream {
        let epoch: String
        var top: UInt64 = 0
        var kept: [(offset: UInt64, data: [UInt8])] = []
        var publicationsEnd: MonotonicInstant
        var epochEnd: MonotonicInstant
    }

    struct Remembered {
        let topic: Topic
        let key: String
        let position: StreamPosition
        let end: MonotonicInstant
    }

    var now: MonotonicInstant
    var streams: [Topic: Stream] = [:]
    var remembered: [Remembered] = []
    var members: [Topic: [ClientInfo]] = [:]
    var heard: [Topic: [(offset: UInt64, data: [UInt8])]] = [:]
    private var epochs = 0

    init(now: MonotonicInstant) {
        self.now = now
    }

    /// What an engine holds that has let go of everything expired.
    var counts: MemoryBrokerCounts {
        let live = self.streams.values.filter { self.now < $0.epochEnd }
        let kept = live.filter { self.now < $0.publicationsEnd }.flatMap(\.kept)
        var counts = MemoryBrokerCounts()
        counts.streams = live.count
        counts.publications = kept.count
        counts.bytes = kept.reduce(0) { $0 + $1.data.count }
        counts.idempotencyKeys = self.remembered.filter { self.now < $0.end }.count
        counts.members = self.members.values.reduce(0) { $0 + $1.count }
        return counts
    }

    mutating func publish(
        _ data: [UInt8],
        to topic: Topic,
        retention: Retention,
        key: IdempotencyKey?
    ) -> StreamPosition {
        self.remembered.removeAll { $0.end <= self.now }
        if let first = self.remembered.first(where: { $0.topic == topic && $0.key == key?.key }) {
            return first.position
        }
        var position = StreamPosition(offset: 0, epoch: "")
        if retention.size > 0 {
            var stream = self.stream(of: topic, retention: retention)
            stream.top += 1
            stream.kept.append((stream.top, data))
            stream.kept = stream.kept.suffix(retention.size)
            stream.publicationsEnd = self.now + retention.ttl
            stream.epochEnd = max(self.now + retention.ttl, self.now + retention.metaTTL)
            self.streams[topic] = stream
            position = StreamPosition(offset: stream.top, epoch: stream.epoch)
        }
        if let key {
            self.remembered.append(
                Remembered(topic: topic, key: key.key, position: position, end: self.now + key.window)
            )
        }
        self.heard[topic, default: []].append((position.offset, data))
        return position
    }

    mutating func history(of topic: Topic, query: HistoryQuery, retention: Retention) -> [UInt64] {
        let stream = self.stream(of: topic, retention: retention)
        var offsets = stream.kept.map(\.offset)
        if query.reverse { offsets.reverse() }
        if let since = query.since {
            if !since.epoch.isEmpty, since.epoch != stream.epoch { return [] }
            offsets = offsets.filter { query.reverse ? $0 < since.offset : $0 > since.offset }
        }
        return Array(offsets.prefix(max(0, query.limit)))
    }

    mutating func recover(
        _ topic: Topic,
        since: StreamPosition,
        mode: ChannelRules.RecoveryMode,
        limit: Int,
        retention: Retention
    ) -> [UInt64]? {
        let stream = self.stream(of: topic, retention: retention)
        switch mode {
        case .stream:
            if !since.epoch.isEmpty, since.epoch != stream.epoch { return nil }
            if since.offset > stream.top { return nil }
            let missed = stream.kept.map(\.offset).filter { $0 > since.offset }
            let isComplete = UInt64(missed.count) == stream.top - since.offset
            return isComplete && missed.count <= max(0, limit) ? missed : nil
        case .cache:
            if since.offset == stream.top, since.epoch == stream.epoch { return [] }
            guard let newest = stream.kept.last, limit > 0 else { return nil }
            return [newest.offset]
        }
    }

    mutating func position(of topic: Topic, retention: Retention) -> StreamPosition {
        let stream = self.stream(of: topic, retention: retention)
        return StreamPosition(offset: stream.top, epoch: stream.epoch)
    }

    mutating func removeHistory(of topic: Topic) {
        self.streams[topic]?.kept = []
    }

    mutating func enter(_ member: ClientInfo, into topic: Topic, maximumMembers: Int) -> Bool {
        let others = self.members[topic, default: []].filter { $0.client != member.client }
        if maximumMembers > 0, others.count >= maximumMembers { return false }
        self.members[topic] = others + [member]
        return true
    }

    mutating func leave(_ client: String, from topic: Topic) -> Bool {
        let before = self.members[topic, default: []]
        self.members[topic] = before.filter { $0.client != client }
        return self.members[topic, default: []].count < before.count
    }

    private mutating func stream(of topic: Topic, retention: Retention) -> Stream {
        if var known = self.streams[topic], self.now < known.epochEnd {
            if self.now >= known.publicationsEnd { known.kept = [] }
            self.streams[topic] = known
            return known
        }
        self.epochs += 1
        let made = Stream(epoch: "e\(self.epochs)", publicationsEnd: self.now, epochEnd: self.now + retention.metaTTL)
        self.streams[topic] = made
        return made
    }
}
