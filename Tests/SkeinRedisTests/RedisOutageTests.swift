import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

/// What callers are told while Redis is away or silent, and what comes true of it afterwards.
@Suite(.timeLimit(.minutes(2)))
struct RedisOutageTests {
    @Test func `a publication without a reply has an unknown outcome, and one that happened is delivered once`()
        async throws
    {
        let clock = ManualClock()
        try await FaultyLink.run(clock: clock.clock) { link in
            let topic = Topic("news")
            try await link.engine.follow(topic)
            try await link.proxy.inject(.stall(), on: [.toClient], into: .all)
            async let failure = link.engine.failure {
                link.engine.broker.publish(
                    Publication(data: Array("1".utf8)),
                    to: topic,
                    retention: .lasting,
                    idempotencyKey: nil,
                    completion: $0
                )
            }
            // Redis has it when its stream has it.
            try await link.probe.poll(["XLEN", Self.stream(topic, link)]) { $0.integer == 1 }
            clock.advance(by: .seconds(21))
            #expect(try await failure == .outcomeUnknown)
            try await link.engine.wait(ready: false)
            try await link.giveBack()
            try await link.sink.waitForPublication("1", of: topic)
            try await link.engine.publish("2", to: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == ["1", "2"])
        }
    }

    @Test func `a repeated publication whose first reply was lost is published once`() async throws {
        let clock = ManualClock()
        try await FaultyLink.run(clock: clock.clock) { link in
            let topic = Topic("news")
            let key = IdempotencyKey("key", window: .seconds(300))
            try await link.other.follow(topic)
            try await link.proxy.inject(.stall(), on: [.toClient], into: .all)
            let first = link.engine.startPublishing("1", to: topic, key: key)
            try await link.probe.poll(["XLEN", Self.stream(topic, link)]) { $0.integer == 1 }
            clock.advance(by: .seconds(21))
            await #expect(throws: BrokerError.self) { try await first.value() }
            try await link.engine.wait(ready: false)
            try await link.giveBack()
            let position = try await link.engine.startPublishing("1", to: topic, key: key).value()
            #expect(position.offset == 1)
            #expect(try await link.other.sink.settledStory(of: topic, publisher: link.other) == ["1"])
        }
    }

    @Test func `everything is refused at once while no connection can be made, and works again afterwards`()
        async throws
    {
        // A clock that stands still: nothing can wait for a deadline.
        try await FaultyLink.run(clock: ManualClock().clock) { link in
            let topic = Topic("news")
            let engine = link.engine
            try await engine.follow(topic)
            try await link.takeAway()
            try await engine.wait(ready: false)
            #expect(
                try await engine.failure { completion in
                    engine.broker.publish(
                        Publication(data: []),
                        to: topic,
                        retention: .lasting,
                        idempotencyKey: nil,
                        completion: completion
                    )
                } == .unavailable
            )
            #expect(try await engine.failure { engine.broker.subscribe(to: "other", completion: $0) } == .unavailable)
            #expect(try await engine.failure { engine.broker.presence(of: topic, completion: $0) } == .unavailable)
            #expect(try await engine.failure { engine.broker.nodes(completion: $0) } == .unavailable)
            #expect(
                try await engine.failure {
                    engine.broker.history(
                        of: topic,
                        query: HistoryQuery(limit: 1),
                        retention: .lasting,
                        completion: $0
                    )
                } == .unavailable
            )
            try await link.giveBack()
            try await engine.publish("1", to: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == ["1"])
        }
    }

    @Test func `Redis that is killed and comes back empty tells one gap and goes on`() async throws {
        let redis = try RedisProcess()
        try await FaultyLink.run(redis) { link in
            let topic = Topic("news")
            try await link.engine.follow(topic)
            try await link.other.publish(1...3, to: topic)
            try await link.sink.waitForPublication("3", of: topic)
            redis.kill()
            try await link.engine.wait(ready: false)
            try await link.other.wait(ready: false)
            try redis.restart()
            try await link.engine.wait()
            try await link.other.wait()
            try await link.other.publish(4...5, to: topic)
            try await link.sink.waitForPublication("5", of: topic)
            #expect(
                try await link.sink.settledStory(of: topic, publisher: link.other) == ["1", "2", "3", "gap", "4", "5"]
            )
        }
    }

    @Test func `nothing that was asked for stays without an answer when the node stops`() async throws {
        try await FaultyLink.run { link in
            try await link.proxy.inject(.stall(), on: [.toClient], into: .all)
            let subscription = link.engine.start { link.engine.broker.subscribe(to: "news", completion: $0) }
            let publication = link.engine.startPublishing("1", to: "news")
            let question = link.engine.start { link.engine.broker.nodes(completion: $0) }
            try await link.proxy.inject(.reset)
            await link.engine.broker.stop()
            await #expect(throws: BrokerError.self) { try await subscription.value() }
            await #expect(throws: BrokerError.self) { try await publication.value() }
            await #expect(throws: BrokerError.self) { try await question.value() }
        }
    }

    @Test func `everything that is asked of a stopped node fails`() async throws {
        try await FaultyLink.run { link in
            let engine = link.engine
            await engine.broker.stop()
            let subscription = engine.start { engine.broker.subscribe(to: "news", completion: $0) }
            let publication = engine.startPublishing("1", to: "news")
            let question = engine.start { engine.broker.nodes(completion: $0) }
            await #expect(throws: BrokerError.self) { try await publication.value() }
            await #expect(throws: BrokerError.self) { try await question.value() }
            await #expect(throws: BrokerError.self) { try await subscription.value() }
        }
    }

    @Test func `a session on the loop of the link may take back what has failed at once`() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        try await FaultyLink.run(eventLoop: eventLoop) { link in
            let topic: Topic = "room"
            let broker = link.engine.broker
            let left = PendingResult<Bool>()
            let published = PendingResult<StreamPosition>()
            try await link.proxy.inject(.stall(), on: [.toClient], into: .all)
            let enter = PendingResult<Bool>()
            broker.enter(
                ClientInfo(user: "user", client: "client"),
                into: topic,
                announcesLeave: false,
                maximumMembers: 0,
                completion: Completion(on: eventLoop) { result in
                    enter.settle(result.mapError { $0 })
                    broker.leave(
                        "client",
                        from: topic,
                        announcing: false,
                        completion: Completion(on: eventLoop) { left.settle($0.mapError { $0 }) }
                    )
                    broker.publish(
                        Publication(data: Array("1".utf8)),
                        to: topic,
                        retention: .lasting,
                        idempotencyKey: nil,
                        completion: Completion(on: eventLoop) { published.settle($0.mapError { $0 }) }
                    )
                }
            )
            let presence = RedisKeys(prefix: link.engine.prefix).presence(RedisKeys.topicPart(topic))
            try await link.probe.poll(["HLEN", presence]) { $0.integer == 1 }
            try await link.proxy.inject(.reset)
            await #expect(throws: BrokerError.self) { try await enter.value() }
            try await link.proxy.heal()
            // Whatever they come to, they come to something.
            _ = try? await left.value()
            _ = try? await published.value()
            try await link.probe.poll(["HLEN", presence]) { $0.integer == 0 }
        }
    }

    private static func stream(_ topic: Topic, _ link: FaultyLink) -> String {
        RedisKeys(prefix: link.engine.prefix).stream(RedisKeys.topicPart(topic))
    }
}
