import NIOCore
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

/// What the node's sessions hear when a stream is not what it was: nothing wrong in front of a gap, and a gap only where one is.
@Suite(.timeLimit(.minutes(2)))
struct RedisStreamTests {
    @Test func `a hole that the history no longer has is told as a gap, and the stream goes on`() async throws {
        try await FaultyLink.run { link in
            let topic: Topic = "news"
            let few = Retention.keeping(5)
            try await link.engine.follow(topic)
            try await link.other.publish(1...3, to: topic, retention: few)
            try await link.sink.waitForPublication("3", of: topic)
            try await link.takeAway()
            try await link.other.publish(4...20, to: topic, retention: few)
            try await link.giveBack()
            try await link.other.publish(21...22, to: topic, retention: few)
            try await link.sink.waitForPublication("22", of: topic)
            let story = try await link.sink.settledStory(of: topic, publisher: link.other)
            #expect(story == ["1", "2", "3", "gap", "21", "22"])
        }
    }

    @Test func `a hole that the history still has is filled to the last publication`() async throws {
        try await FaultyLink.run { link in
            let topic: Topic = "news"
            let few = Retention.keeping(5)
            try await link.engine.follow(topic)
            try await link.other.publish(1...3, to: topic, retention: few)
            try await link.sink.waitForPublication("3", of: topic)
            try await link.takeAway()
            try await link.other.publish(4...8, to: topic, retention: few)
            try await link.giveBack()
            #expect(link.sink.story(of: topic) == (1...8).story, "ready before what was missed was there")
            try await link.other.publish(9...9, to: topic, retention: few)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == (1...9).story)
        }
    }

    @Test func `a last publication that was missed arrives without another one`() async throws {
        try await FaultyLink.run { link in
            let topic: Topic = "news"
            try await link.engine.follow(topic)
            try await link.takeAway()
            try await link.other.publish("1", to: topic)
            try await link.giveBack()
            try await link.sink.waitForPublication("1", of: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == ["1"])
        }
    }

    @Test func `the comparison finds a publication that no message told of`() async throws {
        let adjust: (inout RedisSettings) -> Void = { $0.positionCheckInterval = .milliseconds(200) }
        try await FaultyLink.run(adjust: adjust) { link in
            let topic: Topic = "news"
            try await link.engine.follow(topic)
            try await link.other.publish("1", to: topic)
            try await link.sink.waitForPublication("1", of: topic)
            try await Self.publishSilently("2", to: topic, link)
            try await link.sink.waitForPublication("2", of: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == ["1", "2"])
            #expect(link.proxy.counts.connections == 2)
        }
    }

    @Test func `a publication that no message told of comes before the next one`() async throws {
        let adjust: (inout RedisSettings) -> Void = { $0.positionCheckInterval = .seconds(600) }
        try await FaultyLink.run(adjust: adjust) { link in
            let topic: Topic = "news"
            try await link.engine.follow(topic)
            try await link.other.publish("1", to: topic)
            for number in stride(from: 2, through: 20, by: 2) {
                try await Self.publishSilently("\(number)", to: topic, link)
                try await link.other.publish("\(number + 1)", to: topic)
            }
            try await link.sink.waitForPublication("21", of: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == (1...21).story)
        }
    }

    @Test(arguments: ["FLUSHALL", "DEL meta", "DEL both"])
    func `a stream that is removed while it is followed tells one gap and begins again`(_ removal: String) async throws
    {
        let redis = try RedisProcess()
        try await FaultyLink.run(redis) { link in
            let topic: Topic = "news"
            let keys = RedisKeys(prefix: link.engine.prefix)
            let (meta, stream) = (keys.meta(RedisKeys.topicPart(topic)), keys.stream(RedisKeys.topicPart(topic)))
            try await link.engine.follow(topic)
            try await link.other.publish(1...3, to: topic)
            try await link.sink.waitForPublication("3", of: topic)
            switch removal {
            case "FLUSHALL": try await link.probe.command("FLUSHALL")
            case "DEL meta": try await link.probe.command("DEL", meta)
            default: try await link.probe.command("DEL", meta, stream)
            }
            let position = try await link.other.publish(4...6, to: topic)
            #expect(position.offset == 3)
            try await link.sink.waitForPublication("6", of: topic)
            #expect(
                try await link.sink.settledStory(of: topic, publisher: link.other)
                    == ["1", "2", "3", "gap", "4", "5", "6"]
            )
            #expect(try await link.engine.history(of: topic).publications.map(\.text) == ["4", "5", "6"])
        }
    }

    @Test func `publications that are removed without a hole are no gap, with one they are`() async throws {
        try await FaultyLink.run { link in
            let topic: Topic = "news"
            let stream = RedisKeys(prefix: link.engine.prefix).stream(RedisKeys.topicPart(topic))
            try await link.engine.follow(topic)
            try await link.other.publish(1...3, to: topic)
            try await link.probe.command("DEL", stream)
            try await link.other.publish(4...5, to: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == (1...5).story)

            try await link.takeAway()
            try await link.other.publish(6...7, to: topic)
            try await link.probe.command("DEL", stream)
            try await link.other.publish(8...9, to: topic)
            try await link.giveBack()
            try await link.other.publish("10", to: topic)
            let story = try await link.sink.settledStory(of: topic, publisher: link.other)
            #expect(story == (1...5).story + ["gap", "10"])
        }
    }

    @Test func `a quiet topic whose stream was removed tells a gap at the next comparison`() async throws {
        let adjust: (inout RedisSettings) -> Void = { $0.positionCheckInterval = .milliseconds(200) }
        try await FaultyLink.run(adjust: adjust) { link in
            let topic: Topic = "news"
            let keys = RedisKeys(prefix: link.engine.prefix)
            try await link.engine.follow(topic)
            try await link.other.publish("1", to: topic)
            try await link.sink.waitForPublication("1", of: topic)
            try await link.probe.command("DEL", keys.meta(RedisKeys.topicPart(topic)))
            try await link.sink.waitForGap(of: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == ["1", "gap"])
        }
    }

    @Test func `a key of another type does not keep the node from getting ready again`() async throws {
        try await FaultyLink.run { link in
            let topics: [Topic] = ["spoiled", "sound"]
            for topic in topics { try await link.engine.follow(topic) }
            let keys = RedisKeys(prefix: link.engine.prefix)
            try await link.probe.command("SET", keys.meta(RedisKeys.topicPart(topics[0])), "text")
            try await link.takeAway()
            try await link.other.publish("1", to: topics[1])
            try await link.giveBack()
            #expect(try await link.sink.settledStory(of: topics[1], publisher: link.other) == ["1"])
        }
    }

    /// Appends as a node does, and tells it to a channel that nobody listens to.
    private static func publishSilently(_ text: String, to topic: Topic, _ link: FaultyLink) async throws {
        let (keys, part) = (RedisKeys(prefix: link.engine.prefix), RedisKeys.topicPart(topic))
        let info = try await link.probe.command("INFO", "replication").text ?? ""
        let tag = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("master_replid:") }
            .map { String($0.dropFirst("master_replid:".count).prefix(8)) }
        var body = ByteBuffer()
        Envelope.writeBody(of: Publication(data: Array(text.utf8)), into: &body)
        let names = ["FCALL", String(decoding: RedisFunctions().publish, as: UTF8.self), "3"]
        let places = [keys.meta(part), keys.stream(part), "", "nobody"]
        let numbers = ["100000", "600000", "3600000", try #require(tag), "epoch", "0"]
        let words = (names + places).map { Array($0.utf8) } + [Array(buffer: body)] + numbers.map { Array($0.utf8) }
        try await link.probe.command(bytes: words)
    }
}
