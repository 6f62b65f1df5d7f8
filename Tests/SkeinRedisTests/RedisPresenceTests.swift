import Dispatch
import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

/// Presence across nodes that die, freeze, come back and stop (guarantee G14).
@Suite(.timeLimit(.minutes(2)))
struct RedisPresenceTests {
    private static let topic: Topic = "room"

    @Test func `the members of a dead node leave once, whoever of the others finds out`() async throws {
        try await TestCluster.run { cluster in
            let dead = try await cluster.start("dead", isBehindProxy: true)
            let others = [try await cluster.start("a"), try await cluster.start("b"), try await cluster.start("c")]
            for other in others { try await other.subscribe(to: Self.topic) }
            // More than one batch of the sweep.
            let clients = (0..<600).map { "client\($0)" }
            for client in clients { try await dead.enter(client, into: Self.topic) }
            try await dead.enter("silent", into: Self.topic, announcesLeave: false)
            try await others[0].enter("stays", into: Self.topic)

            try await cluster.proxy.inject(.blackhole, into: .all)
            try await cluster.pollMembers(of: Self.topic, until: ["stays"])
            for other in others {
                let story = try await other.sink.settledStory(of: Self.topic, publisher: others[0])
                #expect(story.sorted() == clients.map { "-\($0)" }.sorted())
            }
            let stats = try await others[1].stats(of: Self.topic)
            #expect(stats == PresenceStats(clients: 1, users: 1))
            try await cluster.pollNodes(until: ["a", "b", "c"])
        }
    }

    @Test func `a node that was frozen puts back those who are there, and their joins are announced`() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        try await TestCluster.run { cluster in
            let frozen = try await cluster.start("frozen", eventLoop: group.next())
            let other = try await cluster.start("other")
            try await other.subscribe(to: Self.topic)
            for client in ["1", "2", "3"] { try await frozen.enter(client, into: Self.topic) }
            try await frozen.enter("silent", into: Self.topic, announcesLeave: false)
            let generation = try await other.nodes().first { $0.name == "frozen" }?.generation

            let thaw = DispatchSemaphore(value: 0)
            defer { thaw.signal() }
            group.next().execute { thaw.wait() }
            try await cluster.pollMembers(of: Self.topic, until: [])
            // It leaves and joins while it cannot say so.
            let leave = frozen.start {
                frozen.broker.leave("3", from: Self.topic, announcing: true, completion: $0)
            }
            thaw.signal()
            _ = try await leave.value()
            try await cluster.pollMembers(of: Self.topic, until: ["1", "2", "silent"])
            for client in ["1", "2"] { try await other.sink.waitForJoin(client, of: Self.topic) }
            let story = try await other.sink.settledStory(of: Self.topic, publisher: other)
            #expect(story.prefix(3).sorted() == ["-1", "-2", "-3"])
            #expect(story.dropFirst(3).filter { $0 != "+3" && $0 != "-3" }.sorted() == ["+1", "+2"])
            let now = try await other.nodes().first { $0.name == "frozen" }?.generation
            #expect(now == generation.map { $0 + 1 })
        }
        try await group.shutdownGracefully()
    }

    @Test func `a node that was cut off puts back those who are there, and their joins are announced`() async throws {
        try await TestCluster.run { cluster in
            let away = try await cluster.start("away", isBehindProxy: true)
            let other = try await cluster.start("other")
            try await other.subscribe(to: Self.topic)
            for client in ["1", "2"] { try await away.enter(client, into: Self.topic) }
            try await cluster.proxy.refuse()
            try await cluster.proxy.inject(.reset)
            try await cluster.pollMembers(of: Self.topic, until: [])
            try await cluster.proxy.heal()
            try await cluster.pollMembers(of: Self.topic, until: ["1", "2"])
            for client in ["1", "2"] { try await other.sink.waitForJoin(client, of: Self.topic) }
            let story = try await other.sink.settledStory(of: Self.topic, publisher: other)
            #expect(story.prefix(2).sorted() == ["-1", "-2"])
            #expect(story.dropFirst(2).sorted() == ["+1", "+2"])
        }
    }

    @Test func `when Redis has forgotten everything, everybody is put back and nobody hears of it`() async throws {
        try await TestCluster.run(try RedisProcess()) { cluster in
            let nodes = [try await cluster.start("a"), try await cluster.start("b")]
            try await nodes[1].subscribe(to: Self.topic)
            for client in ["1", "2"] { try await nodes[0].enter(client, into: Self.topic) }
            try await nodes[1].enter("3", into: Self.topic)
            try await cluster.probe.command("FLUSHALL")
            try await cluster.pollMembers(of: Self.topic, until: ["1", "2", "3"])
            try await cluster.pollNodes(until: ["a", "b"])
            #expect(try await nodes[1].sink.settledStory(of: Self.topic, publisher: nodes[0]) == [])
            #expect(try await nodes[0].stats(of: Self.topic) == PresenceStats(clients: 3, users: 3))
        }
    }

    @Test func `members are put back also when the link breaks while they are`() async throws {
        try await TestCluster.run(try RedisProcess()) { cluster in
            let node = try await cluster.start("a", isBehindProxy: true)
            let clients = (0..<300).map { "client\($0)" }
            for client in clients { try await node.enter(client, into: Self.topic) }
            // A beat has about 400 bytes and an enter about 350: this is in the middle of the enters.
            try await cluster.probe.command("FLUSHALL")
            try await cluster.proxy.inject(.cut, on: [.toServer], after: 50_000)
            try await cluster.pollMembers(of: Self.topic, until: clients)
        }
    }

    @Test func `nobody leaves because Redis was away for longer than a lease`() async throws {
        try await TestCluster.run(try RedisProcess()) { cluster in
            let lease = Duration.seconds(3)
            let nodes = [
                try await cluster.start("a", adjust: { $0.lease = lease }),
                try await cluster.start("b", adjust: { $0.lease = lease }),
            ]
            try await nodes[1].subscribe(to: Self.topic)
            for (number, node) in nodes.enumerated() { try await node.enter("\(number)", into: Self.topic) }
            try await cluster.probe.command("CLIENT", "PAUSE", "5000", "ALL")
            // Answered when the pause is over.
            try await cluster.probe.command("PING")
            for node in nodes { try await node.wait() }
            // Whoever was not heard again would be gone after this.
            let deadline = ContinuousClock.now + lease
            while ContinuousClock.now < deadline { try await cluster.probe.command("PING") }
            #expect(try await nodes[0].members(of: Self.topic) == ["0", "1"])
            #expect(try await nodes[1].sink.settledStory(of: Self.topic, publisher: nodes[0]) == [])
            #expect(try await nodes[0].nodes().map(\.generation) == [1, 1])
        }
    }

    @Test func `a node that stops leaves no member behind`() async throws {
        try await TestCluster.run { cluster in
            let node = try await cluster.start("a")
            for client in 0..<100 { try await node.enter("\(client)", into: Self.topic) }
            let leaves = (0..<100).map { client in
                node.start { node.broker.leave("\(client)", from: Self.topic, announcing: true, completion: $0) }
            }
            await node.broker.stop()
            for leave in leaves { #expect(try await leave.value()) }
            #expect(try await cluster.probe.command("KEYS", "\(cluster.prefix):[pul]:*").array?.isEmpty == true)
            try await cluster.pollNodes(until: [])
        }
    }

    @Test func `members that a stopping node still has leave by the hand of another`() async throws {
        try await TestCluster.run { cluster in
            let node = try await cluster.start("a")
            let other = try await cluster.start("b")
            try await other.subscribe(to: Self.topic)
            for client in 0..<10 { try await node.enter("\(client)", into: Self.topic) }
            await node.broker.stop()
            try await cluster.pollMembers(of: Self.topic, until: [])
            let story = try await other.sink.settledStory(of: Self.topic, publisher: other)
            #expect(story.sorted() == (0..<10).map { "-\($0)" })
        }
    }

    @Test func `a leave while Redis is away is told later, once`() async throws {
        try await TestCluster.run { cluster in
            let node = try await cluster.start("a", isBehindProxy: true, adjust: { $0.lease = .seconds(30) })
            let other = try await cluster.start("b", adjust: { $0.lease = .seconds(30) })
            try await other.subscribe(to: Self.topic)
            for client in ["1", "2", "3"] { try await node.enter(client, into: Self.topic) }
            try await cluster.proxy.refuse()
            try await cluster.proxy.inject(.reset)
            try await cluster.proxy.wait { $0.refused >= 4 }
            #expect(try await node.leave("1", from: Self.topic))
            #expect(try await node.leave("2", from: Self.topic, announcing: false))
            #expect(try await other.members(of: Self.topic) == ["1", "2", "3"])
            try await cluster.proxy.heal()
            try await cluster.pollMembers(of: Self.topic, until: ["3"])
            #expect(try await other.sink.settledStory(of: Self.topic, publisher: other) == ["-1"])
        }
    }

    @Test func `a leave that Redis was too busy for is told later, once`() async throws {
        try await TestCluster.run(try RedisProcess(["--busy-reply-threshold", "1"])) { cluster in
            let node = try await cluster.start("a", adjust: { $0.lease = .seconds(30) })
            let other = try await cluster.start("b", adjust: { $0.lease = .seconds(30) })
            try await other.subscribe(to: Self.topic)
            try await node.enter("1", into: Self.topic)
            let busy = try await RedisProbe(cluster.redis)
            async let script = try? busy.command("EVAL", "while true do end", "0")
            try await cluster.probe.pollFailure(["PING"])
            #expect(try await node.leave("1", from: Self.topic))
            try await cluster.probe.command("SCRIPT", "KILL")
            _ = await script
            try await busy.close()
            try await cluster.pollMembers(of: Self.topic, until: [])
            #expect(try await other.sink.settledStory(of: Self.topic, publisher: other) == ["-1"])
        }
    }
}
