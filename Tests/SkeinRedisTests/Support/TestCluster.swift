import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit

@testable import SkeinRedis

/// Nodes of one cluster with short leases; each may be behind a proxy that can take it away.
struct TestCluster: Sendable {
    let redis: RedisProcess
    let prefix = MemoryBroker.randomEpoch()
    let probe: RedisProbe
    let proxy: FaultProxy
    private let started = Started()

    /// Nodes that have to be stopped.
    private actor Started {
        var engines: [TestEngine] = []

        func add(_ engine: TestEngine) { self.engines.append(engine) }
    }

    /// A lease that no node outlasts by being slow, and every dead one within a test.
    static let lease = Duration.seconds(3)
    /// Of their own, because a node that gets no turn for as long as a lease is dead to the others.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    static func run(_ redis: RedisProcess = .shared, _ body: (TestCluster) async throws -> Void) async throws {
        let cluster = TestCluster(
            redis: redis,
            probe: try await RedisProbe(redis),
            proxy: try await FaultProxy.start(to: redis)
        )
        let outcome: Result<Void, any Error>
        do {
            try await body(cluster)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await cluster.proxy.close()
        for engine in await cluster.started.engines { await engine.broker.stop() }
        try? await cluster.probe.close()
        try outcome.get()
    }

    /// Starts a node and returns when it is ready.
    func start(
        _ name: String,
        isBehindProxy: Bool = false,
        eventLoop: (any EventLoop)? = nil,
        statistics: NodeStatistics = NodeStatistics(),
        answer: @escaping RedisBroker.Answering = { _, answer in answer(ByteBuffer()) },
        adjust: (inout RedisSettings) -> Void = { _ in }
    ) async throws -> TestEngine {
        let engine = try TestEngine(
            isBehindProxy ? .proxy(self.proxy) : .socket(path: self.redis.socketPath),
            name: name,
            eventLoop: eventLoop ?? Self.group.next(),
            statistics: statistics,
            answer: answer,
            adjust: { settings in
                settings.prefix = self.prefix
                settings.lease = Self.lease
                settings.heartbeat = .milliseconds(100)
                settings.connectTimeout = .seconds(10)
                settings.commandTimeout = .seconds(10)
                adjust(&settings)
            }
        )
        await self.started.add(engine)
        try await engine.wait()
        return engine
    }

    func channel(_ topic: Topic) -> String { RedisKeys(prefix: self.prefix).channel(RedisKeys.topicPart(topic)) }

    /// Returns when Redis lists exactly these members.
    func pollMembers(of topic: Topic, until wanted: [String]) async throws {
        let key = RedisKeys(prefix: self.prefix).presence(RedisKeys.topicPart(topic))
        try await self.probe.poll(["HKEYS", key]) { $0.array?.compactMap(\.text).sorted() == wanted.sorted() }
    }

    /// The names that have a lease.
    func pollNodes(until wanted: [String]) async throws {
        try await self.probe.poll(["ZRANGE", RedisKeys(prefix: self.prefix).leases, "0", "-1"]) {
            $0.array?.compactMap(\.text).sorted() == wanted.sorted()
        }
    }
}
