import NIOCore
import NIOEmbedded
import SkeinCluster
import SkeinCore
import SkeinTestKit
import SkeinWire
import Testing

@testable import SkeinTransport

/// Fan-out over many sessions of one loop, and what a turn is.
@Suite struct LoopContextTests {
    @Test func `a payload that a JSON client cannot be sent ends it with 3506, and protobuf clients get it`() throws {
        let harness = LoopHarness(.test(.binary))
        let ann = try TestClient(harness).connect(to: "a")
        let bob = try TestClient(harness, id: "bob", format: .protobuf)
        bob.receive(ClientFrame.binary([4, 0x08, 1, 0x22, 0, 7, 0x08, 2, 0x2A, 3, 0x0A, 1, 0x61]))
        harness.run()
        _ = bob.frames()
        harness.publish("{", to: "a")
        harness.run()
        #expect(ann.closeCode() == 3506 && ann.controlFrames.count == 1)
        #expect(bob.frames().flatMap { $0.messages(.protobuf) }.first?.contains(0x7B) == true)
        #expect(harness.loop.hub.group(of: Topic("a"))?.members.count == 1)
        harness.publish("{", to: "a")
        harness.run()
        #expect(ann.frames().isEmpty && bob.frames().count == 1)
    }

    @Test func `a JSON client that catches up with a payload that it cannot be sent ends with 3506`() throws {
        let rules = ChannelRules.binary.with {
            $0.historySize = 10
            $0.historyTTL = .seconds(60)
            $0.positioning = .always
        }
        let harness = LoopHarness(.test(rules))
        let ann = try TestClient(harness).connect()
        harness.broker.hold(.history)
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        harness.broker.act(.history)
        harness.publish("{", to: "a")
        harness.run()
        harness.broker.finish(.history)
        harness.run()
        #expect(ann.closeCode() == 3506)
        #expect(harness.loop.hub.topicCount == 0)
    }

    @Test func `a JSON client that recovers a payload that it cannot be sent ends with 3506`() throws {
        let rules = ChannelRules.binary.with {
            $0.historySize = 10
            $0.historyTTL = .seconds(60)
            $0.recovery = .always
        }
        let harness = LoopHarness(.test(rules))
        harness.publish("{", to: "a")
        let ann = try TestClient(harness).connect()
        let answers = ann.ask(#"{"id":2,"subscribe":{"channel":"a","recover":true,"epoch":"epoch","offset":0}}"#)
        #expect(answers.allSatisfy { !$0.contains("publications") }, "broken JSON: \(answers)")
        #expect(ann.closeCode() == 3506)
    }

    @Test func `a JSON client that reads a history with a payload that it cannot be sent ends with 3506`() throws {
        let rules = ChannelRules.binary.with {
            $0.historySize = 10
            $0.historyTTL = .seconds(60)
        }
        let harness = LoopHarness(.test(rules))
        harness.publish("{", to: "a")
        let ann = try TestClient(harness).connect()
        let answers = ann.ask(#"{"id":2,"history":{"channel":"a","limit":10}}"#)
        #expect(answers.isEmpty, "broken JSON: \(answers)")
        #expect(ann.closeCode() == 3506)
    }

    @Test func `what is written while sessions are flushed leaves in the next turn`() throws {
        var limits = SessionLimits()
        limits.queueSize = 300
        let harness = LoopHarness(.test(limits: limits))
        let clients = try (0..<20).map { try TestClient(harness, id: "c\($0)").connect(to: "a") }
        for client in clients {
            _ = client.messages()
            client.wire.stopReading()
        }
        let long = "\"" + String(repeating: "x", count: 200) + "\""
        for _ in 0..<3 {
            harness.publish(long, to: "a")
            harness.run()
        }
        for client in clients {
            client.wire.startReading()
            harness.run()
            #expect(client.closeCode() == 3008)
        }
        #expect(harness.loop.hub.topicCount == 0)
    }

    @Test func `one encoding serves a thousand subscribers`() throws {
        let harness = LoopHarness()
        let first = try TestClient(harness, id: "first").connect(to: "a")
        let clients = try (0..<50).map { try TestClient(harness, id: "c\($0)").connect(to: "a") }
        harness.publish("1", to: "a")
        harness.run()
        let bytes = first.wire.writes
        #expect(bytes.count == 1)
        #expect(clients.allSatisfy { $0.wire.writes == bytes })
        #expect(harness.metrics["skein_deliveries_total"] == 51)
    }

    @Test
    func `a fan-out that takes long goes on in one slice at a time, and the loop looks at its sockets in between`()
        throws
    {
        let harness = LoopHarness()
        let clients = try (0..<200).map { try TestClient(harness, id: "\($0)").connect(to: "a") }
        let neighbour = try TestClient(harness, id: "neighbour").connect(to: "b")
        for client in clients { client.wire.onWrite = { harness.time.advance(by: .milliseconds(1)) } }
        // A command brings two turns at once, one for its reply and one for what it published.
        neighbour.command(#"{"id":3,"publish":{"channel":"a","data":1}}"#)
        harness.run()
        var served = 0
        var slices = 0
        while served < clients.count, slices < 100 {
            let now = clients.count { !$0.wire.writes.isEmpty }
            #expect(now - served <= 32, "more than a slice in a row, after \(served)")
            #expect(now > served, "nobody was served, after \(served)")
            served = now
            slices += 1
            neighbour.command(#"{"id":4,"publish":{"channel":"b","data":1}}"#)
            harness.run()
            #expect(neighbour.messages().count >= 2, "a neighbour waits for others' messages")
            harness.eventLoop.advanceTime(by: .microseconds(100))
        }
        #expect(served == 200)
    }

    @Test func `a subscriber that joins in the turn of an event that came before it does not get it twice`() throws {
        let harness = LoopHarness(.test(.recoverable))
        let ann = try TestClient(harness).connect(to: "a")
        let bob = try TestClient(harness, id: "bob").connect()
        harness.publish("1", to: "a")
        bob.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        harness.publish("2", to: "a")
        harness.run()
        #expect(bob.offsets() == [2], "offset 1 is in front of his position")
        #expect(ann.offsets() == [1, 2])
    }

    @Test func `sessions on other topics of the same name in another application are others`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect(to: "a")
        harness.dispatcher.deliver(
            .publication(Publication(data: [0x31])),
            to: Topic("a", app: AppID("other"))
        )
        harness.run()
        #expect(ann.messages().isEmpty)
    }
}
