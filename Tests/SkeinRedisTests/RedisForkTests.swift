import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

/// Redis that goes on with another history than before: no position may stand for two publications (guarantee G2).
@Suite(.timeLimit(.minutes(2)))
struct RedisForkTests {
    @Test func `publications that a restart has lost are told as a gap, and positions of both histories stay apart`()
        async throws
    {
        let redis = try RedisProcess()
        try await FaultyLink.run(redis) { link in
            let topic: Topic = "news"
            try await link.engine.follow(topic)
            let kept = try await link.other.publish(1...3, to: topic)
            try await link.probe.command("SAVE")
            let lost = try await link.other.publish(4...5, to: topic)
            try await link.sink.waitForPublication("5", of: topic)
            try await Self.restart(redis, link)

            let after = try await link.other.publish(["6", "7", "8"], to: topic)
            try await link.sink.waitForPublication("8", of: topic)
            let story = try await link.sink.settledStory(of: topic, publisher: link.other)
            #expect(story == (1...5).story + ["gap", "6", "7", "8"])
            #expect(after.offset == 6)
            #expect(after.epoch != lost.epoch)

            for node in [link.engine, link.other] {
                let before = try await node.recover(topic, since: kept)
                #expect(before.recovered)
                #expect(before.publications.map(\.text) == ["6", "7", "8"])
                for offset in [4, 5, 6, 7] as [UInt64] {
                    let beyond = try await node.recover(topic, since: StreamPosition(offset: offset, epoch: lost.epoch))
                    #expect(!beyond.recovered)
                    #expect(beyond.publications.isEmpty)
                }
            }
        }
    }

    @Test func `a restart that has lost nothing lets every older position recover`() async throws {
        let redis = try RedisProcess(["--appendonly", "yes", "--appendfsync", "always"])
        try await FaultyLink.run(redis) { link in
            let topic: Topic = "news"
            try await link.engine.follow(topic)
            let old = try await link.other.publish(1...5, to: topic)
            try await link.sink.waitForPublication("5", of: topic)
            try await Self.restart(redis, link, ["--appendonly", "yes", "--appendfsync", "always"])

            let recovery = try await link.other.recover(topic, since: StreamPosition(offset: 2, epoch: old.epoch))
            #expect(recovery.recovered)
            #expect(recovery.publications.map(\.text) == ["3", "4", "5"])
            #expect(recovery.position.epoch != old.epoch)
            try await link.other.publish("6", to: topic)
            try await link.sink.waitForPublication("6", of: topic)
            let story = try await link.sink.settledStory(of: topic, publisher: link.other)
            #expect(story.filter { $0 != "gap" } == (1...6).story)
            #expect(story.last == "6")
            let top = try await link.engine.recover(topic, since: old)
            #expect(top.recovered)
            #expect(top.publications.map(\.text) == ["6"])
        }
    }

    @Test func `a server that becomes another one while it runs is noticed on the next connection`() async throws {
        let redis = try RedisProcess(["--enable-debug-command", "local"])
        try await FaultyLink.run(redis) { link in
            let topic: Topic = "news"
            try await link.engine.follow(topic)
            let old = try await link.other.publish(1...3, to: topic)
            try await link.sink.waitForPublication("3", of: topic)
            try await link.probe.command("DEBUG", "CHANGE-REPL-ID")
            let count = link.other.readyCount
            try await link.probe.killConnection(.commands, of: link.other)
            try await link.other.waitUntilReadyAgain(after: count)
            let new = try await link.other.publish("4", to: topic)
            #expect(new.offset == 4)
            #expect(new.epoch != old.epoch)
            try await link.sink.waitForPublication("4", of: topic)
            #expect(
                try await link.sink.settledStory(of: topic, publisher: link.other) == ["1", "2", "3", "gap", "4"]
            )
            let recovery = try await link.other.recover(topic, since: old)
            #expect(recovery.recovered)
            #expect(recovery.publications.map(\.text) == ["4"])
        }
    }

    @Test func `a node that has not noticed a fork cannot publish into the history that has ended`() async throws {
        let redis = try RedisProcess(["--enable-debug-command", "local"])
        let adjust: (inout RedisSettings) -> Void = { $0.heartbeat = .seconds(600) }
        try await FaultyLink.run(redis, adjust: adjust) { link in
            let topic: Topic = "news"
            try await link.engine.follow(topic)
            let old = try await link.engine.publish(1...3, to: topic)
            try await link.probe.command("DEBUG", "CHANGE-REPL-ID")
            let count = link.other.readyCount
            try await link.probe.killConnection(.commands, of: link.other)
            try await link.other.waitUntilReadyAgain(after: count)
            let new = try await link.other.publish("4", to: topic)
            #expect(new.epoch != old.epoch)
            let code = try await link.engine.failure { completion in
                link.engine.broker.publish(
                    Publication(data: Array("lost".utf8)),
                    to: topic,
                    retention: .lasting,
                    idempotencyKey: nil,
                    completion: completion
                )
            }
            #expect(code == .unavailable)
            // Its next publications may have left before it knows.
            var next: StreamPosition?
            while next == nil { next = try? await link.engine.publish("5", to: topic) }
            #expect(next == StreamPosition(offset: 5, epoch: new.epoch))
            try await link.sink.waitForPublication("5", of: topic)
            let story = try await link.sink.settledStory(of: topic, publisher: link.other)
            #expect(story == ["1", "2", "3", "gap", "4", "5"])
        }
    }

    private static func restart(_ redis: RedisProcess, _ link: FaultyLink, _ options: [String] = []) async throws {
        redis.kill()
        try await link.engine.wait(ready: false)
        try await link.other.wait(ready: false)
        try redis.restart(options)
        try await link.engine.wait()
        try await link.other.wait()
    }
}

extension TestEngine {
    /// Publishes texts one after the other and returns the last position.
    fileprivate func publish(_ texts: [String], to topic: Topic) async throws -> StreamPosition {
        var position = StreamPosition.none
        for text in texts { position = try await self.publish(text, to: topic) }
        return position
    }
}
