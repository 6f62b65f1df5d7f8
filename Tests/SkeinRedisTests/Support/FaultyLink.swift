import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit

@testable import SkeinRedis

/// A node whose way to Redis can be damaged, another one that has a way of its own, and a look behind both.
struct FaultyLink: Sendable {
    let redis: RedisProcess
    let proxy: FaultProxy
    /// Behind the proxy.
    let engine: TestEngine
    /// Directly connected.
    let other: TestEngine
    let probe: RedisProbe

    var sink: RecordingSink { self.engine.sink }

    /// Makes both nodes ready, runs `body`, and takes everything down whatever came of it.
    ///
    /// Nothing ends by itself soon: a test shortens the times that it is about.
    static func run(
        _ redis: RedisProcess = .shared,
        clock: Clock = .system,
        eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next(),
        adjust: @escaping (inout RedisSettings) -> Void = { _ in },
        _ body: (FaultyLink) async throws -> Void
    ) async throws {
        let proxy = try await FaultProxy.start(to: redis)
        let prefix = MemoryBroker.randomEpoch()
        let engine = try TestEngine(
            .proxy(proxy),
            name: "faulty",
            eventLoop: eventLoop,
            clock: clock,
            adjust: { settings in
                settings.prefix = prefix
                settings.connectTimeout = .seconds(20)
                settings.commandTimeout = .seconds(20)
                settings.lease = .seconds(30)
                settings.linger = .milliseconds(1)
                adjust(&settings)
            }
        )
        let other = try TestEngine(
            .socket(path: redis.socketPath),
            name: "other",
            adjust: { settings in
                settings.prefix = prefix
                settings.connectTimeout = .seconds(20)
                settings.commandTimeout = .seconds(20)
                settings.lease = .seconds(30)
            }
        )
        let probe = try await RedisProbe(redis)
        let link = FaultyLink(redis: redis, proxy: proxy, engine: engine, other: other, probe: probe)
        let outcome: Result<Void, any Error>
        do {
            try await engine.wait()
            try await other.wait()
            try await body(link)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await proxy.close()
        await engine.broker.stop()
        await other.broker.stop()
        try? await probe.close()
        try outcome.get()
    }

    /// The Redis channel of a topic.
    func channel(_ topic: Topic) -> String {
        RedisKeys(prefix: self.engine.prefix).channel(RedisKeys.topicPart(topic))
    }

    /// Ends both connections and lets no new one through, and returns when the node has tried.
    func takeAway() async throws {
        try await self.proxy.refuse()
        try await self.proxy.inject(.reset)
        try await self.proxy.wait { $0.refused >= 4 }
    }

    /// Lets everything through again and returns when the node is ready.
    func giveBack() async throws {
        try await self.proxy.heal()
        try await self.engine.wait()
    }
}

extension FaultProxy {
    static func start(to redis: RedisProcess, seed: UInt64 = 0) async throws -> FaultProxy {
        try await Self.start(
            upstream: try SocketAddress(unixDomainSocketPath: redis.socketPath),
            seed: seed,
            group: MultiThreadedEventLoopGroup.singleton
        )
    }
}

extension RedisAddress.Endpoint {
    static func proxy(_ proxy: FaultProxy) -> Self { .host("127.0.0.1", port: proxy.port) }
}
