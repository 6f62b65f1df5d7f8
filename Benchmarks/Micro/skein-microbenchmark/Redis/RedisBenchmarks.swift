import SkeinCluster
import SkeinCore

/// The way between a node and Redis, through the engine: its codec is not public.
///
/// Redis is a stand-in in this process, on a thread that is not measured. In the times are the system calls of the engine's loop, shared by
/// the messages of a read or a turn, as under load.
enum RedisBenchmarks {
    static let all: [Benchmark] = [
        Benchmark(
            name: "redis/receive",
            reason:
                "A pub/sub message from Redis: RESP, the topic, the envelope, up to the dispatcher. Once per publication and node.",
            yardstick: .byteLoop(RedisFixture.payloadSize)
        ) {
            let redis = try await RedisFixture.shared.value
            return { await redis.receive($0) }
        },
        Benchmark(
            name: "redis/publish",
            reason: "PUBLISH with an envelope, and its reply: once per publication on the node that it comes to.",
            yardstick: .byteLoop(RedisFixture.payloadSize)
        ) {
            let redis = try await RedisFixture.shared.value
            return { await redis.publish($0) }
        },
    ]
}
