import SkeinCore

/// The topics of one shard of ``MemoryBroker``: their streams, idempotency keys and presence.
///
/// Everything one topic needs lies under one lock, so that a publication is checked, appended and delivered at one
/// instant. Time comes in as a parameter; entries whose time has passed are treated as absent and let go when they are
/// met.
struct MemoryShard {
    private struct PublicationName: Hashable {
        let topic: Topic
        let key: ByteText
    }

    private struct RememberedPublication {
        let position: StreamPosition
        /// The key is forgotten from this instant on.
        let end: MonotonicInstant
    }

    private var streams = SlotTable<Topic, MemoryStream>()
    private var remembered = SlotTable<PublicationName, RememberedPublication>()
    private var presence = SlotTable<Topic, PresenceTable>()
    private var publications = 0
    private var bytes = 0
    private var members = 0
    /// Declarations of interest; every event reaches the sink anyway.
    var interests = 0

    /// What the shard holds. O(1).
    var counts: MemoryBrokerCounts {
        var counts = MemoryBrokerCounts()
        counts.streams = self.streams.count
        counts.publications = self.publications
        counts.bytes = self.bytes
        counts.idempotencyKeys = self.remembered.count
        counts.members = self.members
        counts.interests = self.interests
        return counts
    }

    /// Lets go of what has expired among the next `limit` streams and as many idempotency keys.
    mutating func expire(now: MonotonicInstant, visiting limit: Int) {
        var publications = 0
        var bytes = 0
        self.streams.visit(atMost: limit) { stream in
            publications -= stream.count
            bytes -= stream.bytes
            stream.dropExpired(at: now)
            publications += stream.count
            bytes += stream.bytes
            return !stream.isForgotten(at: now)
        }
        self.publications += publications
        self.bytes += bytes
        self.remembered.visit(atMost: limit) { now < $0.end }
    }
}

// MARK: - Streams

extension MemoryShard {
    /// Gives the topic's stream to `body`, without expired publications; makes one if there is none.
    mutating func withStream<Result>(
        of topic: Topic,
        retention: Retention,
        now: MonotonicInstant,
        makeEpoch: () -> String,
        _ body: (inout MemoryStream) -> Result
    ) -> Result {
        if let result = self.withExistingStream(of: topic, now: now, body) { return result }
        let stream = MemoryStream(epoch: makeEpoch(), retention: retention, now: now)
        return self.update(self.streams.insert(stream, for: topic), body)
    }

    /// Gives the topic's stream to `body`, without expired publications; nil if there is none.
    mutating func withExistingStream<Result>(
        of topic: Topic,
        now: MonotonicInstant,
        _ body: (inout MemoryStream) -> Result
    ) -> Result? {
        guard let index = self.streams.index(of: topic) else { return nil }
        let isForgotten = self.update(index) { stream in
            stream.dropExpired(at: now)
            return stream.isForgotten(at: now)
        }
        guard !isForgotten else {
            self.streams.remove(at: index)
            return nil
        }
        return self.update(index, body)
    }

    private mutating func update<Result>(_ index: Int, _ body: (inout MemoryStream) -> Result) -> Result {
        var publications = 0
        var bytes = 0
        let result = self.streams.update(at: index) { stream in
            publications -= stream.count
            bytes -= stream.bytes
            let result = body(&stream)
            publications += stream.count
            bytes += stream.bytes
            return result
        }
        self.publications += publications
        self.bytes += bytes
        return result
    }
}

// MARK: - Idempotency

extension MemoryShard {
    /// Where the publication of that name went; nil when the topic does not remember the key.
    mutating func position(of key: IdempotencyKey, on topic: Topic, now: MonotonicInstant) -> StreamPosition? {
        guard let index = self.remembered.index(of: PublicationName(topic: topic, key: ByteText(key.key))) else {
            return nil
        }
        let known = self.remembered.update(at: index) { $0 }
        guard now < known.end else {
            self.remembered.remove(at: index)
            return nil
        }
        return known.position
    }

    /// Remembers where the publication went, for the key's window. The topic must not know the key.
    mutating func remember(_ key: IdempotencyKey, on topic: Topic, position: StreamPosition, now: MonotonicInstant) {
        let end = now + key.window
        guard now < end else { return }
        let name = PublicationName(topic: topic, key: ByteText(key.key))
        _ = self.remembered.insert(RememberedPublication(position: position, end: end), for: name)
    }
}

// MARK: - Presence

extension MemoryShard {
    /// See ``PresenceBroker/enter(_:into:announcesLeave:maximumMembers:completion:)``.
    mutating func enter(_ member: ClientInfo, into topic: Topic, maximumMembers: Int) -> Bool {
        let index = self.presence.index(of: topic) ?? self.presence.insert(PresenceTable(), for: topic)
        var change = 0
        let isAccepted = self.presence.update(at: index) { table in
            change -= table.count
            let isAccepted = table.enter(member, maximumMembers: maximumMembers)
            change += table.count
            return isAccepted
        }
        self.members += change
        return isAccepted
    }

    /// Removes a session and returns it; nil when it is not present. The last one takes the topic's table along.
    mutating func leave(_ client: String, from topic: Topic) -> ClientInfo? {
        guard let index = self.presence.index(of: topic) else { return nil }
        let (member, isEmpty) = self.presence.update(at: index) { table in
            let member = table.leave(client)
            return (member, table.count == 0)
        }
        if member != nil { self.members -= 1 }
        if isEmpty { self.presence.remove(at: index) }
        return member
    }

    /// Gives the topic's presence to `body`; nil if nobody is present.
    mutating func withPresence<Result>(of topic: Topic, _ body: (PresenceTable) -> Result) -> Result? {
        guard let index = self.presence.index(of: topic) else { return nil }
        return self.presence.update(at: index) { body($0) }
    }
}
