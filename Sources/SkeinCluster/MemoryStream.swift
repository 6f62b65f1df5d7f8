import SkeinCore

/// The stream of one topic inside ``MemoryBroker``.
///
/// Publications expire together, when `ttl` has passed since the newest was appended, as a key with a time to live
/// does: a busy stream is trimmed by its size alone. The epoch and the newest offset outlive them, until `metaTTL` has
/// passed since the newest was appended or the stream was made. Confined to its shard; callers drop what has expired
/// before they read.
struct MemoryStream {
    /// Given to clients; another epoch is another stream.
    let epoch: String
    private var ring = PublicationRing()
    /// The publications are gone from this instant on.
    private var publicationsEnd: MonotonicInstant
    /// The epoch is gone from this instant on; never before the publications.
    private var epochEnd: MonotonicInstant

    /// Makes an empty stream.
    init(epoch: String, retention: Retention, now: MonotonicInstant) {
        self.epoch = epoch
        self.publicationsEnd = now
        self.epochEnd = now + retention.metaTTL
    }

    /// The newest position.
    var position: StreamPosition { StreamPosition(offset: self.ring.top, epoch: self.epoch) }

    /// How many publications are held, also when they have expired and nobody came by.
    var count: Int { self.ring.count }

    /// The size of their payloads.
    var bytes: Int { self.ring.bytes }

    /// Whether nothing of the stream is to be remembered.
    func isForgotten(at now: MonotonicInstant) -> Bool { now >= self.epochEnd }

    /// Lets go of publications whose time has passed. O(expired), once.
    mutating func dropExpired(at now: MonotonicInstant) {
        if now >= self.publicationsEnd { self.ring.trim(to: 0) }
    }

    /// Appends the publication at the next offset and trims to `retention`. O(1), amortised.
    mutating func append(
        _ publication: Publication,
        retention: Retention,
        now: MonotonicInstant,
        wallMilliseconds: Int64
    ) -> Publication {
        let next = StreamPosition(offset: self.ring.top + 1, epoch: self.epoch)
        let placed = publication.placed(at: next, time: wallMilliseconds)
        self.ring.append(placed)
        self.ring.trim(to: retention.size)
        self.publicationsEnd = now + retention.ttl
        self.epochEnd = max(self.publicationsEnd, now + retention.metaTTL)
        return placed
    }

    /// Forgets the publications. The epoch and the newest offset stay.
    mutating func removePublications() {
        self.ring.trim(to: 0)
    }

    /// The part of the stream that `query` asks for. O(result).
    func read(_ query: HistoryQuery) -> [Publication] {
        let limit = UInt64(clamping: query.limit)
        guard limit > 0, self.ring.count > 0 else { return [] }
        if let since = query.since, !since.epoch.isEmpty, !self.isEpoch(since.epoch) { return [] }
        let oldest = self.ring.top - UInt64(self.ring.count) + 1
        if query.reverse {
            let end = min(self.ring.top + 1, query.since?.offset ?? .max)
            guard end > oldest else { return [] }
            return self.ring.publications(from: end - min(limit, end - oldest), through: end - 1).reversed()
        }
        let seen = max(oldest - 1, query.since?.offset ?? 0)
        guard seen < self.ring.top else { return [] }
        return self.ring.publications(from: seen + 1, through: seen + min(limit, self.ring.top - seen))
    }

    /// What happened after `since`, all or nothing. O(missed).
    func recover(since: StreamPosition, mode: ChannelRules.RecoveryMode, limit: Int) -> Recovery {
        let missed =
            switch mode {
            case .stream: self.missedPublications(since: since)
            case .cache: self.missedState(since: since)
            }
        guard let missed, missed <= UInt64(self.ring.count), missed <= UInt64(clamping: limit) else {
            return Recovery(position: self.position, publications: [], recovered: false)
        }
        let publications = self.ring.publications(from: self.ring.top - missed + 1, through: self.ring.top)
        return Recovery(position: self.position, publications: publications, recovered: true)
    }

    /// How many of the newest publications are missing after `since`; nil when `since` is no position of this stream.
    private func missedPublications(since: StreamPosition) -> UInt64? {
        guard since.epoch.isEmpty || self.isEpoch(since.epoch), since.offset <= self.ring.top else { return nil }
        return self.ring.top - since.offset
    }

    /// As Centrifugo does in its cache mode: the newest publication makes up for everything before it, wherever the
    /// client was, and without one there is no state to recover. Who has the newest position already needs nothing.
    private func missedState(since: StreamPosition) -> UInt64? {
        since.offset == self.ring.top && self.isEpoch(since.epoch) ? 0 : 1
    }

    private func isEpoch(_ epoch: String) -> Bool {
        epoch.hasSameBytes(as: self.epoch)
    }
}
