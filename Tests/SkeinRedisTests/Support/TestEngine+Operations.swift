import NIOCore
import NIOPosix
import SkeinCluster
public import SkeinCore
import SkeinTestKit

@testable import SkeinRedis

/// The broker's functions as `async` ones.
extension TestEngine {
    /// Calls an operation at once; its result can be awaited later.
    func start<Value: Sendable>(_ operation: (Completion<Value>) -> Void) -> PendingResult<Value> {
        let pending = PendingResult<Value>()
        operation(
            Completion(on: MultiThreadedEventLoopGroup.singleton.next()) { pending.settle($0.mapError { $0 }) }
        )
        return pending
    }

    /// What kind of error an operation completes with; nil when it succeeds.
    func failure<Value: Sendable>(_ operation: (Completion<Value>) -> Void) async throws -> BrokerError.Code? {
        do {
            _ = try await self.start(operation).value()
            return nil
        } catch let error as BrokerError {
            return error.code
        }
    }

    func startPublishing(
        _ text: String,
        to topic: Topic,
        retention: Retention = .lasting,
        key: IdempotencyKey? = nil
    ) -> PendingResult<StreamPosition> {
        self.start {
            self.broker.publish(
                Publication(data: Array(text.utf8)),
                to: topic,
                retention: retention,
                idempotencyKey: key,
                completion: $0
            )
        }
    }

    @discardableResult
    func publish(
        _ text: String,
        to topic: Topic,
        retention: Retention = .lasting
    ) async throws -> StreamPosition {
        try await self.startPublishing(text, to: topic, retention: retention).value()
    }

    /// Publishes the numbers as texts, some at a time, and returns the last position.
    @discardableResult
    func publish(
        _ numbers: ClosedRange<Int>,
        to topic: Topic,
        retention: Retention = .lasting,
        batch: Int = 20
    ) async throws -> StreamPosition {
        var position = StreamPosition.none
        for start in stride(from: numbers.lowerBound, through: numbers.upperBound, by: batch) {
            let pending = (start...min(start + batch - 1, numbers.upperBound)).map {
                self.startPublishing("\($0)", to: topic, retention: retention)
            }
            for result in pending { position = try await result.value() }
        }
        return position
    }

    func subscribe(to topic: Topic) async throws {
        try await self.start { self.broker.subscribe(to: topic, completion: $0) }.value()
    }

    /// Subscribes and learns the position, as the first session of a node does. Returns the position.
    @discardableResult
    func follow(_ topic: Topic) async throws -> StreamPosition {
        try await self.subscribe(to: topic)
        return try await self.position(of: topic)
    }

    /// The newest position, as a session gets it.
    @discardableResult
    func position(of topic: Topic) async throws -> StreamPosition {
        try await self.history(of: topic, limit: 0).position
    }

    func history(of topic: Topic, limit: Int = 1000) async throws -> HistoryResult {
        try await self.start {
            self.broker.history(
                of: topic,
                query: HistoryQuery(limit: limit),
                retention: .lasting,
                completion: $0
            )
        }.value()
    }

    func recover(_ topic: Topic, since: StreamPosition) async throws -> Recovery {
        try await self.start {
            self.broker.recover(
                topic,
                since: since,
                mode: .stream,
                limit: 1000,
                retention: .lasting,
                completion: $0
            )
        }.value()
    }

    @discardableResult
    func enter(_ client: String, into topic: Topic, announcesLeave: Bool = true) async throws -> Bool {
        try await self.start {
            self.broker.enter(
                ClientInfo(user: "user of \(client)", client: client),
                into: topic,
                announcesLeave: announcesLeave,
                maximumMembers: 0,
                completion: $0
            )
        }.value()
    }

    @discardableResult
    func leave(_ client: String, from topic: Topic, announcing: Bool = true) async throws -> Bool {
        try await self.start {
            self.broker.leave(client, from: topic, announcing: announcing, completion: $0)
        }.value()
    }

    /// The ids of the sessions that are present, in order.
    func members(of topic: Topic) async throws -> [String] {
        try await self.start { self.broker.presence(of: topic, completion: $0) }.value().map(\.info.client).sorted()
    }

    func stats(of topic: Topic) async throws -> PresenceStats {
        try await self.start { self.broker.presenceStats(of: topic, completion: $0) }.value()
    }

    func nodes() async throws -> [NodeRecord] {
        try await self.start { self.broker.nodes(completion: $0) }.value().nodes
    }

    /// What the other nodes answer, by name.
    func ask(_ question: String) async throws -> [String: String] {
        let answers = try await self.start {
            self.broker.ask(ByteBuffer(string: question), completion: $0)
        }.value()
        return Dictionary(uniqueKeysWithValues: answers.map { ($0.node, String(buffer: $0.content)) })
    }
}

extension Retention {
    /// More than any test publishes, for longer than any test takes.
    static let lasting = Self.keeping(100_000)

    static func keeping(_ size: Int) -> Self {
        Self(size: size, ttl: .seconds(600), metaTTL: .seconds(3600))
    }
}

extension Topic: ExpressibleByStringLiteral {
    init(_ name: String) { self.init(ChannelName(name)) }

    public init(stringLiteral value: String) { self.init(ChannelName(value)) }
}

extension Publication {
    var text: String { String(decoding: self.data, as: UTF8.self) }
}
