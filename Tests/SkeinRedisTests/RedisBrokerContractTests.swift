import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

@Suite(.timeLimit(.minutes(2)))
struct RedisBrokerContractTests {
    @Test(arguments: BrokerContract.cases)
    func `the Redis engine keeps the contract`(_ contractCase: BrokerContract.Case) async throws {
        try await contractCase.run { try await Self.makeSubject(sink: $0) }
    }

    @Test(arguments: BrokerContract.timedCases)
    func `the Redis engine keeps the contract over time`(_ contractCase: BrokerContract.Case) async throws {
        try await contractCase.run { try await Self.makeSubject(sink: $0) }
    }

    /// Every case has a prefix of its own, so that cases can run at once on one server.
    private static func makeSubject(sink: RecordingSink) async throws -> BrokerContract.Subject {
        let prefix = MemoryBroker.randomEpoch()
        let endpoint = RedisAddress.Endpoint.socket(path: RedisProcess.shared.socketPath)
        let engine = try TestEngine(endpoint, sink: sink, adjust: { $0.prefix = prefix })
        try await engine.wait()
        let probe = try await RedisProbe(RedisProcess.shared)
        return BrokerContract.Subject(
            broker: engine.broker,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            time: BrokerContract.TimeControl(unit: .seconds(300)) { try await Self.pass($0, prefix: prefix, probe) },
            close: {
                await engine.broker.stop()
                try await probe.close()
            }
        )
    }

    /// Makes every key that ends with time end earlier, which is what passing time is to Redis.
    private static func pass(_ duration: Duration, prefix: String, _ probe: RedisProbe) async throws {
        let milliseconds = Int64(duration / .milliseconds(1))
        for key in try await probe.command("KEYS", "\(prefix):*").array?.compactMap(\.text) ?? [] {
            guard let left = try await probe.command("PTTL", key).integer, left >= 0 else { continue }
            if left <= milliseconds {
                try await probe.command("DEL", key)
            } else {
                try await probe.command("PEXPIRE", key, "\(left - milliseconds)")
            }
        }
    }
}
