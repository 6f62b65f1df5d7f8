public import Logging
public import NIOCore
import NIOSSL
public import SkeinCluster
public import SkeinCore
import Synchronization

/// The engine of a cluster: events through Redis pub/sub, streams and presence in Redis, and the nodes that share them.
///
/// All of it belongs to one event loop, best one of those that sessions live on: a session there reaches it without a hop. Calls from
/// other threads are gathered, one task for all that arrive in a turn. Everything that leaves in a turn of the loop leaves in one
/// write. See ``Broker`` for what it promises, and the page on the broker contract for the tests that it passes.
public final class RedisBroker: Sendable {
    /// Answers a question of another node; the answer may come later and from any thread.
    public typealias Answering =
        @Sendable (_ question: ByteBuffer, _ answer: @escaping @Sendable (ByteBuffer) -> Void) -> Void

    /// What the engine has to know of the node, and tells it.
    public struct Identity: Sendable {
        /// Unique among the nodes.
        public var name: String
        /// The number that load balancers are to know the node by; nil for any.
        public var id: Int?
        /// Unique among processes, also of one name.
        public var instance: String
        /// What the node tells the others. Asked on the engine's loop about once a second; must not block.
        public var describe: @Sendable () -> NodeDescription
        /// What the node counts. Asked as often; must not block.
        public var measure: @Sendable () -> NodeStatistics
        /// Answers the other nodes.
        public var answer: Answering
        /// Another process has joined under the same name: this one has to go.
        public var onFenced: @Sendable () -> Void
        /// The link to Redis has become whole, or no longer is.
        public var onReadiness: @Sendable (Bool) -> Void
        /// The ring has another epoch than before.
        public var onRingChanged: @Sendable (Int) -> Void

        /// Describes a node.
        public init(
            name: String,
            id: Int? = nil,
            instance: String,
            describe: @escaping @Sendable () -> NodeDescription,
            measure: @escaping @Sendable () -> NodeStatistics = { NodeStatistics() },
            answer: @escaping Answering = { _, answer in answer(ByteBuffer()) },
            onFenced: @escaping @Sendable () -> Void = {},
            onReadiness: @escaping @Sendable (Bool) -> Void = { _ in },
            onRingChanged: @escaping @Sendable (Int) -> Void = { _ in }
        ) {
            self.name = name
            self.id = id
            self.instance = instance
            self.describe = describe
            self.measure = measure
            self.answer = answer
            self.onFenced = onFenced
            self.onReadiness = onReadiness
            self.onRingChanged = onRingChanged
        }
    }

    private let eventLoop: any EventLoop
    private let core: NIOLoopBoundBox<RedisCore?>
    private let reach = Reach()
    private let calls = Mutex<[@Sendable (RedisCore) -> Void]>([])

    /// Starts to connect; everything fails until Redis is there.
    ///
    /// - Throws: an error that says what is wrong with the TLS files.
    public init(
        eventLoop: any EventLoop,
        settings: RedisSettings,
        identity: Identity,
        sink: any TopicEventSink,
        metrics: RedisMetrics,
        clock: Clock = .system,
        logger: Logger
    ) throws {
        let tls = try settings.makeTLSContext()
        let reach = self.reach
        let core = NIOLoopBoundBox<RedisCore?>.makeEmptyBox(valueType: RedisCore.self, eventLoop: eventLoop)
        self.eventLoop = eventLoop
        self.core = core
        eventLoop.execute {
            let made = RedisCore(
                eventLoop: eventLoop,
                settings: settings,
                identity: identity,
                sink: sink,
                tls: tls,
                metrics: metrics,
                clock: clock,
                logger: logger,
                onReach: { reach.isThere.store($0, ordering: .releasing) }
            )
            core.value = made
            made.start()
        }
    }

    /// Whether the newest attempt to connect for messages succeeded.
    private final class Reach: Sendable {
        let isThere = Atomic<Bool>(true)
    }

    /// Tells Redis that every member has left, gives the node's lease back and ends the connections. Call it when no session is left;
    /// bounded by the command timeout.
    public func stop() async {
        await withCheckedContinuation { continuation in
            self.onLoop { core in core.stop { continuation.resume() } }
        }
    }

    /// Tells the other nodes at once that the node's description has changed.
    public func announceChange() {
        self.onLoop { $0.registry.announceChange() }
    }

    /// Runs `body` on the loop: at once when the caller is there, otherwise in the order of the calls.
    func onLoop(_ body: @escaping @Sendable (RedisCore) -> Void) {
        if self.eventLoop.inEventLoop, let core = self.core.value { return body(core) }
        let isFirst = self.calls.withLock { calls in
            calls.append(body)
            return calls.count == 1
        }
        if isFirst { self.eventLoop.execute { self.runCalls() } }
    }

    private func runCalls() {
        let calls = self.calls.withLock { calls in
            let taken = calls
            calls = []
            return taken
        }
        guard let core = self.core.value else { return }
        for call in calls { call(core) }
    }
}

extension RedisBroker: EventBroker {
    public var isReachable: Bool { self.reach.isThere.load(ordering: .acquiring) }

    public func publish(
        _ publication: Publication,
        to topic: Topic,
        retention: Retention,
        idempotencyKey: IdempotencyKey?,
        completion: Completion<StreamPosition>
    ) {
        guard retention.keepsStream || idempotencyKey != nil else {
            return self.publishLive(publication, to: topic, completion)
        }
        self.onLoop { core in
            core.commands.publish(
                publication,
                to: RedisKeys.topicPart(topic),
                retention: retention,
                idempotencyKey: idempotencyKey,
                keys: core.keys,
                functions: core.functions
            ) { completion($0.brokerResult) }
        }
    }

    private func publishLive(_ publication: Publication, to topic: Topic, _ completion: Completion<StreamPosition>) {
        // Sessions of other loops only need something to be kept.
        if self.eventLoop.inEventLoop, let core = self.core.value {
            return core.publishLive(publication, to: topic, completion)
        }
        self.onLoop { $0.publishLive(publication, to: topic, completion) }
    }

    public func announce(_ event: TopicEvent, to topic: Topic) {
        let message: ByteBuffer
        switch event {
        case .join(let member): message = Envelope.join(of: member)
        case .leave(let member): message = Envelope.leave(of: member)
        case .publication, .gap: return
        }
        self.onLoop { core in core.commands.publish(message, to: core.keys.channel(RedisKeys.topicPart(topic))) }
    }

    public func subscribe(to topic: Topic, completion: Completion<Void>) {
        self.onLoop { $0.topics.join(topic, completion: completion) }
    }

    public func unsubscribe(from topic: Topic) {
        self.onLoop { $0.topics.leave(topic) }
    }
}

extension RedisBroker: HistoryBroker {
    public func history(
        of topic: Topic,
        query: HistoryQuery,
        retention: Retention,
        completion: Completion<HistoryResult>
    ) {
        guard retention.keepsStream else {
            return completion.succeed(HistoryResult(publications: [], position: .none))
        }
        self.onLoop { core in
            core.commands.history(
                RedisKeys.topicPart(topic),
                query: query,
                metaTTL: retention.metaTTL,
                keys: core.keys,
                functions: core.functions
            ) { result in
                if case .success(let reply) = result { core.learned(reply.position, of: topic, retention) }
                completion(
                    result.map { HistoryResult(publications: $0.publications, position: $0.position) }.brokerResult
                )
            }
        }
    }

    public func recover(
        _ topic: Topic,
        since: StreamPosition,
        mode: ChannelRules.RecoveryMode,
        limit: Int,
        retention: Retention,
        completion: Completion<Recovery>
    ) {
        guard retention.keepsStream else {
            return completion.succeed(Recovery(position: .none, publications: [], recovered: false))
        }
        self.onLoop { core in
            core.commands.recover(
                RedisKeys.topicPart(topic),
                since: since,
                mode: mode,
                limit: limit,
                metaTTL: retention.metaTTL,
                keys: core.keys,
                functions: core.functions
            ) { result in
                if case .success(let recovery) = result { core.learned(recovery.position, of: topic, retention) }
                completion(result.brokerResult)
            }
        }
    }

    public func removeHistory(of topic: Topic, completion: Completion<Void>) {
        self.onLoop { core in
            let part = RedisKeys.topicPart(topic)
            core.commands.send { writer in
                writer.call(core.functions.forget, keys: [core.keys.meta(part), core.keys.stream(part)], arguments: 0)
            } reply: { result in
                completion(result.map { _ in }.brokerResult)
            }
        }
    }
}

extension RedisBroker: PresenceBroker {
    public func enter(
        _ member: ClientInfo,
        into topic: Topic,
        announcesLeave: Bool,
        maximumMembers: Int,
        completion: Completion<Bool>
    ) {
        self.onLoop { core in
            core.presence.enter(
                member,
                into: topic,
                announcesLeave: announcesLeave,
                maximumMembers: maximumMembers,
                completion: completion
            )
        }
    }

    public func leave(_ client: String, from topic: Topic, announcing: Bool, completion: Completion<Bool>) {
        self.onLoop { $0.presence.leave(client, from: topic, announcing: announcing, completion: completion) }
    }

    public func presence(of topic: Topic, completion: Completion<[PresenceMember]>) {
        self.onLoop { core in
            core.commands.members(of: RedisKeys.topicPart(topic), keys: core.keys) { result in
                completion(result.map { $0.map { PresenceMember(info: $0) } }.brokerResult)
            }
        }
    }

    public func presenceStats(of topic: Topic, completion: Completion<PresenceStats>) {
        self.onLoop { core in
            core.commands.presenceStats(of: RedisKeys.topicPart(topic), keys: core.keys) {
                completion($0.brokerResult)
            }
        }
    }
}

extension RedisBroker: ClusterLink {
    public func nodes(completion: Completion<NodeList>) {
        self.onLoop { core in core.registry.list { completion($0.brokerResult) } }
    }

    public func ask(_ question: ByteBuffer, completion: Completion<[NodeAnswer]>) {
        self.onLoop { $0.desk.ask(question, completion: completion) }
    }
}

extension RedisCore {
    fileprivate func publishLive(_ publication: Publication, to topic: Topic, _ completion: Completion<StreamPosition>)
    {
        self.commands.publishLive(publication, to: topic, keys: self.keys) { failure in
            if let failure { completion.fail(failure.brokerError) } else { completion.succeed(.none) }
        }
    }

    /// A reply that a session will count on told the newest position of a topic.
    fileprivate func learned(_ position: StreamPosition, of topic: Topic, _ retention: Retention) {
        guard let followed = self.topics.followed(topic) else { return }
        followed.metaTTL = retention.metaTTL
        self.repair.learned(position, followed)
    }
}

extension Result where Failure == RedisFailure {
    fileprivate var brokerResult: Result<Success, BrokerError> { self.mapError(\.brokerError) }
}

extension Envelope {
    fileprivate static func join(of member: ClientInfo) -> ByteBuffer {
        var buffer = ByteBuffer()
        self.writeJoin(of: member, into: &buffer)
        return buffer
    }

    fileprivate static func leave(of member: ClientInfo) -> ByteBuffer {
        var buffer = ByteBuffer()
        self.writeLeave(of: member, into: &buffer)
        return buffer
    }
}
