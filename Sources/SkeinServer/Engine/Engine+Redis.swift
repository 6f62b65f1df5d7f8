import Logging
import NIOCore
import SkeinCluster
import SkeinRedis
import Synchronization

extension Engine {
    /// What a node of a cluster tells the engine, and hears from it.
    struct Membership: Sendable {
        let name: String
        /// The number that load balancers are to know the node by; nil for any.
        let id: Int?
        let instance: String
        let describe: @Sendable () -> NodeDescription
        /// Counts what the node has; may take a while.
        let measure: @Sendable () async -> NodeStatistics
        /// Answers a question of another node.
        let answer: @Sendable (ByteBuffer) async -> ByteBuffer
        /// Another process has the node's name.
        let onFenced: @Sendable () -> Void
    }

    /// A node of a cluster.
    static func redis(
        sink: any TopicEventSink,
        eventLoop: any EventLoop,
        settings: RedisSettings,
        membership: Membership,
        metrics: RedisMetrics,
        clock: Clock,
        logger: Logger
    ) throws -> Engine {
        let state = RedisEngineState()
        let broker = try RedisBroker(
            eventLoop: eventLoop,
            settings: settings,
            identity: RedisBroker.Identity(
                name: membership.name,
                id: membership.id,
                instance: membership.instance,
                describe: membership.describe,
                measure: { state.statistics.withLock { $0 } },
                answer: { question, answer in Task { answer(await membership.answer(question)) } },
                onFenced: membership.onFenced,
                onReadiness: { state.isReady.store($0, ordering: .releasing) },
                onRingChanged: { state.ringEpoch.store($0, ordering: .releasing) }
            ),
            sink: sink,
            metrics: metrics,
            clock: clock,
            logger: logger
        )
        return Engine(
            broker: broker,
            link: broker,
            isReady: { state.isReady.load(ordering: .acquiring) },
            ringEpoch: { state.ringEpoch.load(ordering: .acquiring) },
            announceChange: { broker.announceChange() },
            tick: {
                let measured = await membership.measure()
                state.statistics.withLock { $0 = measured }
            },
            refreshGauges: { metrics in
                let answer = await withCheckedContinuation { continuation in
                    broker.nodes(completion: Completion(on: eventLoop) { continuation.resume(returning: $0) })
                }
                if case .success(let list) = answer { metrics.redis.counted(nodes: list.nodes.count) }
            },
            stop: { await broker.stop() }
        )
    }

    /// What two threads share about the engine.
    private final class RedisEngineState: Sendable {
        let statistics = Mutex(NodeStatistics())
        let isReady = Atomic<Bool>(false)
        let ringEpoch = Atomic<Int>(0)
    }
}
