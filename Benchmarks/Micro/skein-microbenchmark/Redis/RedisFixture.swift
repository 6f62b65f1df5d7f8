import CoreMetrics
import Logging
import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinRedis

/// The engine of a cluster on a loop of its own, connected to a stand-in for Redis.
final class RedisFixture: Sendable {
    /// Made by the first benchmark that needs it; stays until the process ends.
    static let shared = Task { try await RedisFixture() }

    /// Bytes of an envelope, roughly.
    static let payloadSize = 150

    private static let topic = Topic("chat:room-42")
    private static let publication = PushBenchmarks.publication

    private let eventLoop: any EventLoop
    private let redis: FakeRedis
    private let broker: RedisBroker
    private let sink: CountingSink

    private init() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        self.eventLoop = group.next()
        self.redis = try await FakeRedis.start(on: group.next())
        self.sink = CountingSink()
        var settings = RedisSettings(address: RedisAddress(.host("127.0.0.1", port: self.redis.port)))
        // Only what is measured happens.
        let never = Duration.seconds(86_400)
        settings.probeInterval = never
        settings.positionCheckInterval = never
        settings.heartbeat = never
        settings.lease = never
        self.broker = try RedisBroker(
            eventLoop: self.eventLoop,
            settings: settings,
            identity: RedisBroker.Identity(
                name: "benchmark",
                instance: "benchmark",
                describe: { NodeDescription(address: "", version: "") }
            ),
            sink: self.sink,
            metrics: RedisMetrics(factory: NOOPMetricsHandler.instance),
            logger: Logger(label: "redis") { _ in SwiftLogNoOpLogHandler() }
        )
        let joined = await withCheckedContinuation { continuation in
            self.broker.subscribe(
                to: Self.topic,
                completion: Completion(on: self.eventLoop) { continuation.resume(returning: $0) }
            )
        }
        try joined.get()
    }

    /// Lets so many messages arrive, and one more in front, with which the measurement begins.
    func receive(_ messages: Int) async -> Sample {
        var envelope = ByteBuffer()
        Envelope.writeLive(Self.publication, into: &envelope)
        return await withCheckedContinuation { continuation in
            self.sink.measure(messages) { continuation.resume(returning: $0) }
            self.redis.push(envelope, count: messages + 1)
        }
    }

    /// Publishes so many times, in turns of ``PublishRun/batch``.
    func publish(_ publications: Int) async -> Sample {
        let eventLoop = self.eventLoop
        let broker = self.broker
        return await withCheckedContinuation { continuation in
            eventLoop.execute {
                PublishRun(publications, eventLoop: eventLoop) { completion in
                    broker.publish(
                        Self.publication,
                        to: Self.topic,
                        retention: .none,
                        idempotencyKey: nil,
                        completion: completion
                    )
                } then: {
                    continuation.resume(returning: $0)
                }.begin()
            }
        }
    }
}
