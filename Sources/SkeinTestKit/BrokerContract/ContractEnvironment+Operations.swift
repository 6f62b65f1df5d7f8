import SkeinCluster
import SkeinCore

extension ContractEnvironment {
    /// Publishes without waiting.
    func startPublishing(
        _ publication: Publication,
        to topic: Topic,
        retention: Retention = Self.lasting,
        key: IdempotencyKey? = nil
    ) -> PendingResult<StreamPosition> {
        self.start {
            self.broker.publish(publication, to: topic, retention: retention, idempotencyKey: key, completion: $0)
        }
    }

    /// Publishes a text.
    @discardableResult
    func publish(
        _ text: String,
        to topic: Topic,
        retention: Retention = Self.lasting,
        key: IdempotencyKey? = nil
    ) async throws -> StreamPosition {
        let publication = Publication(data: Array(text.utf8))
        return try await self.startPublishing(publication, to: topic, retention: retention, key: key).value()
    }

    /// Publishes the texts `1`, `2` … `count` and returns the last position.
    @discardableResult
    func publishNumbers(
        through count: Int,
        to topic: Topic,
        retention: Retention = Self.lasting
    ) async throws -> StreamPosition {
        var position = StreamPosition(offset: 0, epoch: "")
        for number in 1...count {
            position = try await self.publish("\(number)", to: topic, retention: retention)
        }
        return position
    }

    /// Reads history.
    func history(
        of topic: Topic,
        since: StreamPosition? = nil,
        limit: Int = 1000,
        reverse: Bool = false,
        retention: Retention = Self.lasting
    ) async throws -> HistoryResult {
        let query = HistoryQuery(since: since, limit: limit, reverse: reverse)
        return try await self.start {
            self.broker.history(of: topic, query: query, retention: retention, completion: $0)
        }.value()
    }

    /// Recovers.
    func recover(
        _ topic: Topic,
        since: StreamPosition,
        mode: ChannelRules.RecoveryMode = .stream,
        limit: Int = 1000,
        retention: Retention = Self.lasting
    ) async throws -> Recovery {
        try await self.start {
            self.broker.recover(
                topic,
                since: since,
                mode: mode,
                limit: limit,
                retention: retention,
                completion: $0
            )
        }.value()
    }

    /// Forgets publications.
    func removeHistory(of topic: Topic) async throws {
        try await self.start { self.broker.removeHistory(of: topic, completion: $0) }.value()
    }

    /// Declares interest.
    func subscribe(to topic: Topic) async throws {
        try await self.start { self.broker.subscribe(to: topic, completion: $0) }.value()
    }

    /// Enters presence.
    @discardableResult
    func enter(_ member: ClientInfo, into topic: Topic, maximumMembers: Int = 0) async throws -> Bool {
        try await self.start {
            self.broker.enter(
                member,
                into: topic,
                announcesLeave: false,
                maximumMembers: maximumMembers,
                completion: $0
            )
        }.value()
    }

    /// Leaves presence.
    @discardableResult
    func leave(_ client: String, from topic: Topic, announcing: Bool = false) async throws -> Bool {
        try await self.start {
            self.broker.leave(client, from: topic, announcing: announcing, completion: $0)
        }.value()
    }

    /// Lists presence, in the order of the sessions' ids.
    func members(of topic: Topic) async throws -> [ClientInfo] {
        try await self.start { self.broker.presence(of: topic, completion: $0) }.value()
            .map(\.info).sorted { $0.client < $1.client }
    }

    /// Counts presence.
    func stats(of topic: Topic) async throws -> PresenceStats {
        try await self.start { self.broker.presenceStats(of: topic, completion: $0) }.value()
    }

    /// All that the sink heard of a topic on which nobody publishes any more.
    ///
    /// A last publication is sent after the others; when it has arrived, so has all before it, and what did not come
    /// is lost.
    func settledEvents(of topic: Topic) async throws -> [TopicEvent] {
        let mark = Array("mark \(UInt64.random(in: 0 ... .max))".utf8)
        let isMark: @Sendable (TopicEvent) -> Bool = { event in
            if case .publication(let publication) = event { publication.data == mark } else { false }
        }
        _ = try await self.startPublishing(Publication(data: mark), to: topic, retention: .none).value()
        try await self.sink.waitForEvent(of: topic, where: isMark)
        return Array(self.sink.events(of: topic).prefix { !isMark($0) })
    }

    /// The publications among ``settledEvents(of:)``.
    func settledPublications(of topic: Topic) async throws -> [Publication] {
        try await self.settledEvents(of: topic).compactMap { event in
            if case .publication(let publication) = event { publication } else { nil }
        }
    }
}

extension Publication {
    /// The payload of a publication that a case made from a text.
    var text: String { String(decoding: self.data, as: UTF8.self) }
}
