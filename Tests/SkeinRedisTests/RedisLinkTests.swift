import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

/// A node whose connections fail in every way, while others publish: what its sessions hear has no hole and nothing twice
/// (guarantees G3 and G4).
@Suite(.timeLimit(.minutes(2)))
struct RedisLinkTests {
    /// Breaks the link `rounds` times, each time somewhere in the answers and messages of that round.
    private static func breakRepeatedly(
        _ fault: FaultProxy.Fault,
        on directions: [FaultProxy.Direction],
        rounds: Int = 25,
        seed: UInt64
    ) async throws {
        let perRound = 200
        var random = SeededGenerator(seed: seed)
        try await FaultyLink.run { link in
            let topic = Topic("news")
            try await link.engine.follow(topic)
            for round in 0..<rounds {
                // A message has about 120 bytes, so this is somewhere in the first half of the round.
                let offset = Int.random(in: 0..<12_000, using: &random)
                try await link.proxy.inject(fault, on: directions, after: offset)
                let numbers = (round * perRound + 1)...((round + 1) * perRound)
                try await link.other.publish(numbers, to: topic, batch: Int.random(in: 1...80, using: &random))
                try await link.sink.waitForPublication("\(numbers.upperBound)", of: topic)
                try await link.proxy.heal()
                try #require(link.sink.story(of: topic) == (1...numbers.upperBound).story, "round \(round)")
            }
            let story = try await link.sink.settledStory(of: topic, publisher: link.other)
            #expect(story == (1...(rounds * perRound)).story)
            #expect(link.proxy.counts.connections > 2, "the fault never struck")
        }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `nothing is lost or doubled when the link is cut in the middle of a message`(_ seed: UInt64) async throws {
        try await Self.breakRepeatedly(.cut, on: [.toClient], seed: seed)
    }

    @Test func `nothing is lost or doubled when both connections are reset`() async throws {
        try await Self.breakRepeatedly(.reset, on: [.toClient], seed: 3)
    }

    @Test func `nothing is lost or doubled when Redis ends its half of the connections`() async throws {
        try await Self.breakRepeatedly(.halfClose, on: [.toClient], rounds: 10, seed: 4)
    }

    @Test func `nothing is lost or doubled when Redis sees the end of the connections`() async throws {
        try await FaultyLink.run { link in
            let topic = Topic("news")
            try await link.engine.follow(topic)
            for round in 0..<10 {
                try await link.proxy.inject(.halfClose, on: [.toServer])
                let numbers = (round * 50 + 1)...((round + 1) * 50)
                try await link.other.publish(numbers, to: topic, batch: 7)
                try await link.sink.waitForPublication("\(numbers.upperBound)", of: topic)
            }
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == (1...500).story)
        }
    }

    @Test func `a link that brings one byte at a time brings everything`() async throws {
        try await FaultyLink.run { link in
            let topic = Topic("news")
            try await link.engine.follow(topic)
            try await link.proxy.inject(.dribble(1))
            try await link.other.publish(1...30, to: topic)
            try await link.sink.waitForPublication("30", of: topic)
            #expect(try await link.engine.publish("31", to: topic).offset == 31)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == (1...31).story)
        }
    }

    @Test func `a slow and uneven link brings everything in order`() async throws {
        try await FaultyLink.run { link in
            let topic = Topic("news")
            try await link.proxy.inject(.delay(.milliseconds(3), jitter: .milliseconds(20)), into: .all)
            try await link.engine.follow(topic)
            try await link.other.publish(1...100, to: topic, batch: 5)
            try await link.proxy.inject(.reset, on: [.toClient])
            try await link.other.publish(101...200, to: topic, batch: 5)
            try await link.sink.waitForPublication("200", of: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == (1...200).story)
        }
    }

    @Test func `a subscriber that hears nothing is found by the probe and replaced`() async throws {
        let adjust: (inout RedisSettings) -> Void = { $0.probeInterval = .milliseconds(100) }
        try await FaultyLink.run(adjust: adjust) { link in
            let topic = Topic("news")
            try await link.engine.follow(topic)
            // Replies to commands never get there; messages do.
            try await link.proxy.inject(.blackhole, on: [.toClient], into: .open, after: 50_000)
            try await link.other.publish(1...800, to: topic)
            try await link.sink.waitForPublication("800", of: topic)
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == (1...800).story)
            #expect(link.proxy.counts.connections >= 3)
        }
    }

    @Test func `an answer to a repair that never comes is given up, and what is missing is read again`() async throws {
        let adjust: (inout RedisSettings) -> Void = { $0.commandTimeout = .seconds(1) }
        try await FaultyLink.run(adjust: adjust) { link in
            let topic = Topic("news")
            try await link.engine.follow(topic)
            for round in 0..<4 {
                // The subscriber is gone before it has heard of the publications; the reading of them hangs half-way.
                try await link.proxy.inject(.blackhole, on: [.toClient], into: .open, after: 2000)
                try await link.probe.killConnection(.subscriber, of: link.engine)
                let numbers = (round * 300 + 1)...((round + 1) * 300)
                try await link.other.publish(numbers, to: topic, batch: 100)
                try await link.sink.waitForPublication("\(numbers.upperBound)", of: topic)
                try await link.proxy.heal()
                try await link.engine.wait()
            }
            #expect(try await link.sink.settledStory(of: topic, publisher: link.other) == (1...1200).story)
        }
    }

    @Test func `publications of a node behind a broken link keep their order and come once`() async throws {
        try await FaultyLink.run { link in
            let topic = Topic("news")
            try await link.other.follow(topic)
            var acknowledged: [StreamPosition: String] = [:]
            for round in 0..<10 {
                try await link.proxy.inject(.reset, on: [.toServer], after: 2000 + 300 * round)
                for number in 1...40 {
                    let text = "\(round).\(number)"
                    guard let position = try? await link.engine.publish(text, to: topic) else { continue }
                    #expect(acknowledged.updateValue(text, forKey: position) == nil, "one position, two publications")
                }
                try await link.giveBack()
            }
            let story = try await link.other.sink.settledStory(of: topic, publisher: link.other)
            #expect(Set(story).count == story.count)
            for publication in link.other.sink.publications(of: topic) {
                guard let text = acknowledged.removeValue(forKey: publication.position) else { continue }
                #expect(publication.text == text)
            }
            #expect(acknowledged.isEmpty, "acknowledged and not delivered")
        }
    }
}
