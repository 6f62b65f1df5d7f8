import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

/// What the node listens to in Redis is what its loops want, whatever happens to the link in between.
@Suite(.timeLimit(.minutes(2)))
struct RedisInterestTests {
    @Test func `a subscription that failed while Redis was away counts until it is taken back`() async throws {
        try await FaultyLink.run { link in
            let topics: [Topic] = ["kept", "taken back"]
            try await link.takeAway()
            try await link.engine.wait(ready: false)
            for topic in topics {
                let code = try await link.engine.failure { link.engine.broker.subscribe(to: topic, completion: $0) }
                #expect(code == .unavailable)
            }
            link.engine.broker.unsubscribe(from: topics[1])
            try await link.giveBack()
            #expect(try await link.probe.subscribers(of: topics.map(link.channel)) == [1, 0])

            try await link.engine.subscribe(to: topics[1])
            #expect(try await link.probe.subscribers(of: topics.map(link.channel)) == [1, 1])
            try await link.other.publish("1", to: topics[1])
            #expect(try await link.sink.settledStory(of: topics[1], publisher: link.other) == ["1"])

            for topic in topics { link.engine.broker.unsubscribe(from: topic) }
            try await link.probe.pollSubscribers(of: topics.map(link.channel), until: [0, 0])
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `after any history of joins, leaves and breaks Redis has what is wanted`(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let topics = (0..<8).map { Topic("t\($0)") }
        var wanted = [Int](repeating: 0, count: topics.count)
        let adjust: (inout RedisSettings) -> Void = { $0.commandTimeout = .seconds(2) }
        try await FaultyLink.run(adjust: adjust) { link in
            var pending: [PendingResult<Void>] = []
            for _ in 0..<500 {
                let index = Int.random(in: topics.indices, using: &random)
                switch Int.random(in: 0..<100, using: &random) {
                case 0..<3:
                    try await link.proxy.inject(Bool.random(using: &random) ? .reset : .cut, on: [.toClient])
                case 3..<6:
                    let offset = Int.random(in: 1..<500, using: &random)
                    try await link.proxy.inject(.reset, on: [.toServer], after: offset)
                case 6..<20:
                    _ = try await link.probe.command("PING")
                case 20..<60 where wanted[index] > 0:
                    wanted[index] -= 1
                    link.engine.broker.unsubscribe(from: topics[index])
                default:
                    wanted[index] += 1
                    pending.append(
                        link.engine.start { link.engine.broker.subscribe(to: topics[index], completion: $0) }
                    )
                }
            }
            for result in pending { _ = try? await result.value() }
            try await link.proxy.heal()
            try await link.probe.pollSubscribers(of: topics.map(link.channel), until: wanted.map { $0 > 0 ? 1 : 0 })
            // The counts are right too: one leave less than joins leaves the subscription, the last one ends it.
            for (index, topic) in topics.enumerated() where wanted[index] > 0 {
                for _ in 1..<wanted[index] { link.engine.broker.unsubscribe(from: topic) }
            }
            for (index, topic) in topics.enumerated() where wanted[index] > 0 {
                try await link.other.publish("last", to: topic, retention: .none)
                try await link.sink.waitForPublication("last", of: topic)
                link.engine.broker.unsubscribe(from: topic)
            }
            let nobody = [Int64](repeating: 0, count: topics.count)
            try await link.probe.pollSubscribers(of: topics.map(link.channel), until: nobody)
        }
    }

    @Test func `five thousand topics are subscribed again in a few commands`() async throws {
        let redis = try RedisProcess()
        try await FaultyLink.run(redis) { link in
            let topics = (0..<5000).map { Topic("t\($0)") }
            let pending = topics.map { topic in
                link.engine.start { link.engine.broker.subscribe(to: topic, completion: $0) }
            }
            for result in pending { try await result.value() }
            try await link.probe.command("CONFIG", "RESETSTAT")
            let count = link.engine.readyCount
            try await link.proxy.inject(.reset)
            try await link.engine.waitUntilReadyAgain(after: count)
            let listened = try await link.probe.command("PUBSUB", "CHANNELS", "\(link.engine.prefix):c:*")
            #expect(listened.array?.count == topics.count)
            let calls = try await link.probe.calls(of: "subscribe")
            #expect((1...20).contains(calls), "\(calls) commands")
            for topic in topics.suffix(3) {
                try await link.other.publish("1", to: topic)
                #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == ["1"])
            }
        }
    }

    @Test func `a topic that is wanted again while it lingers costs Redis nothing`() async throws {
        let redis = try RedisProcess()
        let clock = ManualClock()
        let adjust: (inout RedisSettings) -> Void = { settings in
            settings.linger = .seconds(5)
            // Nothing else may come to an end when the clock moves.
            settings.commandTimeout = .seconds(3600)
            settings.probeInterval = .seconds(3600)
        }
        try await FaultyLink.run(redis, clock: clock.clock, adjust: adjust) { link in
            let topic = Topic("news")
            try await link.engine.subscribe(to: topic)
            try await link.probe.command("CONFIG", "RESETSTAT")
            for _ in 0..<20 {
                link.engine.broker.unsubscribe(from: topic)
                try await link.engine.subscribe(to: topic)
                clock.advance(by: .seconds(4))
            }
            try await link.other.publish("1", to: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == ["1"])
            #expect(try await link.probe.calls(of: "subscribe") == 0)
            #expect(try await link.probe.calls(of: "unsubscribe") == 0)

            link.engine.broker.unsubscribe(from: topic)
            try await link.engine.position(of: topic)
            clock.advance(by: .seconds(6))
            try await link.probe.pollSubscribers(of: [link.channel(topic)], until: [0])
            #expect(try await link.probe.calls(of: "unsubscribe") == 1)
        }
    }
}
