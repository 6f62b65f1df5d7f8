import NIOCore
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

/// What nodes know of each other and ask each other.
@Suite(.timeLimit(.minutes(2)))
struct RedisRegistryTests {
    @Test func `the list has every node by its id, with what it says of itself`() async throws {
        try await TestCluster.run { cluster in
            let statistics = NodeStatistics(clients: 5, users: 4, subscriptions: 3, channels: 2, uptime: 1)
            let nodes = [
                try await cluster.start("b"), try await cluster.start("c", statistics: statistics),
                try await cluster.start("a"),
            ]
            for node in nodes {
                let list = try await node.nodes()
                #expect(list.map(\.name) == ["b", "c", "a"])
                #expect(list.map(\.id) == [1, 2, 3])
                #expect(list.map(\.generation) == [1, 1, 1])
                #expect(list.map(\.statistics) == [NodeStatistics(), statistics, NodeStatistics()])
                #expect(list.allSatisfy { $0.description == NodeDescription(address: "127.0.0.1:1", version: "test") })
                #expect(list.allSatisfy { $0.leaseLeft > 0 && $0.leaseLeft <= 3000 })
            }
        }
    }

    @Test func `a name keeps its id for good, and every start is another generation`() async throws {
        try await TestCluster.run { cluster in
            let witness = try await cluster.start("witness")
            for generation in 1...3 {
                let node = try await cluster.start("a")
                let record = try await witness.nodes().first { $0.name == "a" }
                #expect(record?.id == 2)
                #expect(record?.generation == generation)
                await node.broker.stop()
                #expect(try await witness.nodes().map(\.name) == ["witness"])
            }
            _ = try await cluster.start("c")
            #expect(try await witness.nodes().map(\.id) == [1, 3])
        }
    }

    @Test func `of two processes with one name the first is told to go, and its members leave`() async throws {
        try await TestCluster.run { cluster in
            let topic: Topic = "room"
            let witness = try await cluster.start("witness")
            try await witness.subscribe(to: topic)
            let first = try await cluster.start("a")
            try await first.enter("old", into: topic)
            let second = try await cluster.start("a")
            try await second.enter("new", into: topic)
            try await first.waitForFence()
            #expect(try await first.failure { first.broker.enterAnybody(into: topic, completion: $0) } == .unavailable)
            try await cluster.pollMembers(of: topic, until: ["new"])
            #expect(try await witness.sink.settledStory(of: topic, publisher: witness) == ["-old"])
            #expect(try await witness.nodes().map(\.name) == ["witness", "a"])
        }
    }

    @Test func `asking gathers the answers of all others`() async throws {
        try await TestCluster.run { cluster in
            let asking = try await cluster.start("asking")
            #expect(try await asking.ask("alone") == [:])
            let names = ["a", "b", "c"]
            for name in names { _ = try await cluster.start(name, answer: Self.echo(name)) }
            let answers = try await asking.ask("question")
            #expect(answers == ["a": "a: question", "b": "b: question", "c": "c: question"])
            // Many at once find their own answers.
            let pending = (0..<50).map { number in
                asking.start { asking.broker.ask(ByteBuffer(string: "\(number)"), completion: $0) }
            }
            for (number, result) in pending.enumerated() {
                let contents = try await result.value().map { String(buffer: $0.content) }
                #expect(contents.sorted() == names.map { "\($0): \(number)" })
            }
        }
    }

    @Test func `a node that has died is not waited for longer than its lease`() async throws {
        try await TestCluster.run { cluster in
            let asking = try await cluster.start("asking", adjust: { $0.commandTimeout = .seconds(60) })
            _ = try await cluster.start("dead", isBehindProxy: true, answer: Self.echo("dead"))
            _ = try await cluster.start("alive", answer: Self.echo("alive"))
            try await cluster.proxy.inject(.blackhole, into: .all)
            #expect(try await asking.ask("question") == ["alive": "alive: question"])
        }
    }

    @Test func `a node that is alive and does not answer makes the outcome unknown`() async throws {
        try await TestCluster.run { cluster in
            let asking = try await cluster.start("asking", adjust: { $0.commandTimeout = .milliseconds(300) })
            _ = try await cluster.start("silent", answer: { _, _ in })
            _ = try await cluster.start("alive", answer: Self.echo("alive"))
            let code = try await asking.failure {
                asking.broker.ask(ByteBuffer(string: "question"), completion: $0)
            }
            #expect(code == .outcomeUnknown)
        }
    }

    @Test func `garbage on every channel of a node harms nothing`() async throws {
        try await TestCluster.run { cluster in
            let topic: Topic = "news"
            let asking = try await cluster.start("asking")
            let node = try await cluster.start("a", answer: Self.echo("a"))
            try await node.follow(topic)
            try await asking.publish("1", to: topic)
            let keys = RedisKeys(prefix: cluster.prefix)
            var random = SeededGenerator(seed: 7)
            for channel in [keys.control, keys.inbox(node.instance), cluster.channel(topic), keys.ringChannel] {
                for round in 0..<300 {
                    var bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
                        UInt8.random(in: 0 ... .max, using: &random)
                    }
                    // Half of them look like ours from the front; kinds of messages that end nothing.
                    if round % 2 == 0 { bytes = [1, UInt8.random(in: 5 ... .max, using: &random)] + bytes }
                    try await cluster.probe.command(bytes: [Array("PUBLISH".utf8), Array(channel.utf8), bytes])
                }
            }
            try await asking.publish("2", to: topic)
            let texts = try await node.sink.settledStory(of: topic, publisher: asking)
            #expect(texts.contains("1") && texts.last == "2")
            #expect(try await asking.ask("question") == ["a": "a: question"])
        }
    }

    private static func echo(_ name: String) -> RedisBroker.Answering {
        { question, answer in answer(ByteBuffer(string: "\(name): \(String(buffer: question))")) }
    }
}

extension RedisBroker {
    fileprivate func enterAnybody(into topic: Topic, completion: Completion<Bool>) {
        self.enter(
            ClientInfo(user: "user", client: "client"),
            into: topic,
            announcesLeave: true,
            maximumMembers: 0,
            completion: completion
        )
    }
}
