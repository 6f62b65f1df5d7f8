import NIOCore
import SkeinCluster
import SkeinCore
import SkeinWire
import Testing

@testable import SkeinTransport

/// Commands in, replies and publications out, in which order and in how many frames.
@Suite struct SessionHandlerTests {
    @Test func `a session connects, subscribes, publishes and hears itself`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness)
        let connect = ann.ask(#"{"id":1,"connect":{}}"#)
        #expect(connect == [#"{"id":1,"connect":{"client":"ann","ping":25,"pong":true}}"#])
        #expect(ann.ask(#"{"id":2,"subscribe":{"channel":"news"}}"#) == [#"{"id":2,"subscribe":{}}"#])
        let answers = ann.ask(#"{"id":3,"publish":{"channel":"news","data":{"x":1}}}"#)
        #expect(answers.first == #"{"id":3,"publish":{}}"#)
        #expect(
            answers.dropFirst() == [
                #"{"push":{"channel":"news","pub":{"data":{"x":1},"info":{"user":"","client":"ann"}}}}"#
            ]
        )
    }

    @Test func `the same in protobuf`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness, format: .protobuf)
        func ask(_ command: [UInt8]) -> [ServerFrame] {
            ann.receive(ClientFrame.binary([UInt8(command.count)] + command))
            harness.run()
            return ann.frames()
        }
        let connected = ask([0x08, 1, 0x22, 0])  // id 1, connect {}
        #expect(connected.map(\.opcode) == [2] && connected.first?.messages(.protobuf).count == 1)
        #expect(
            ask([0x08, 2, 0x2A, 3, 0x0A, 1, 0x63]).first?.messages(.protobuf).first?.starts(with: [0x08, 2]) == true
        )
        let answers = ask([0x08, 3, 0x3A, 6, 0x0A, 1, 0x63, 0x12, 1, 0x37])
        #expect(answers.count == 2, "a reply in front of a publication")
        #expect(answers.first?.messages(.protobuf).first?.starts(with: [0x08, 3]) == true)
        #expect(answers.last?.messages(.protobuf).first?.contains(0x37) == true)
    }

    @Test func `commands of one frame are answered in one frame, in order`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness)
        ann.command(
            #"{"id":1,"connect":{}}"#,
            #"{"id":2,"subscribe":{"channel":"a"}}"#,
            #"{"id":3,"subscribe":{"channel":"b"}}"#,
            #"{"id":4,"presence":{"channel":"a"}}"#,
            #"{"id":5,"ping":{}}"#
        )
        harness.run()
        let frames = ann.frames()
        #expect(frames.count == 1)
        #expect(frames.flatMap { $0.text.numbers("id") } == [1, 2, 3, 4, 5])
    }

    @Test func `commands of several frames of one turn are answered in one write`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness)
        ann.command(#"{"id":1,"connect":{}}"#)
        ann.command(#"{"id":2,"ping":{}}"#)
        ann.command(#"{"id":3,"ping":{}}"#)
        harness.run()
        #expect(ann.wire.writes.count == 1)
        #expect(ann.frames().flatMap { $0.text.numbers("id") } == [1, 2, 3])
    }

    @Test func `a frame that arrives in pieces is one frame`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness)
        var bytes = ClientFrame.text(#"{"id":1,"connect":{}}"#)
        while let piece = bytes.readSlice(length: 1) { ann.receive(piece) }
        harness.run()
        #expect(ann.messages().count == 1)
    }

    @Test func `publications of a turn leave as one write for each session`() throws {
        let harness = LoopHarness()
        let clients = try ["ann", "bob", "cyd"].map { try TestClient(harness, id: $0).connect(to: "news") }
        for number in 1...5 { harness.publish("\(number)", to: "news") }
        harness.run()
        for client in clients {
            #expect(client.wire.writes.count == 1 && client.wire.flushes == 1)
            #expect(client.payloads() == ["1", "2", "3", "4", "5"])
        }
        #expect(harness.metrics["skein_deliveries_total"] == 15)
    }

    @Test func `messages of two channels to one session leave in one turn, each channel in its order`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect(to: "a", "b")
        let bob = try TestClient(harness, id: "bob").connect(to: "b")
        for number in 1...3 {
            harness.publish("\(number)", to: "a")
            harness.publish("\(number + 10)", to: "b")
        }
        harness.run()
        #expect(ann.wire.writes.count == 2, "one frame for each channel")
        #expect(ann.payloads() == ["1", "2", "3", "11", "12", "13"])
        #expect(bob.payloads() == ["11", "12", "13"])
    }

    @Test func `a reply goes out in front of the publication that it made`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect(to: "a")
        let answers = ann.ask(
            #"{"id":5,"publish":{"channel":"a","data":1}}"#,
            #"{"id":6,"publish":{"channel":"a","data":2}}"#
        )
        #expect(answers.count == 4)
        #expect(answers.prefix(2).compactMap { $0.number("id") } == [5, 6])
        #expect(answers.suffix(2).compactMap(\.payload) == ["1", "2"])
    }

    @Test func `the reply to subscribe goes out in front of every publication of the channel`() throws {
        let harness = LoopHarness()
        let bob = try TestClient(harness, id: "bob").connect(to: "a")
        let ann = try TestClient(harness).connect()
        harness.publish("1", to: "a")
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        harness.publish("2", to: "a")
        harness.run()
        let answers = ann.messages()
        #expect(answers.first == #"{"id":2,"subscribe":{}}"#)
        #expect(answers.dropFirst().compactMap(\.payload).last == "2")
        #expect(bob.payloads() == ["1", "2"])
    }

    @Test func `nothing is delivered after the reply to unsubscribe (guarantee G13)`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect(to: "a")
        harness.publish("1", to: "a")
        ann.command(#"{"id":3,"unsubscribe":{"channel":"a"}}"#)
        harness.publish("2", to: "a")
        harness.run()
        #expect(ann.messages() == [#"{"id":3,"unsubscribe":{}}"#])
        harness.publish("3", to: "a")
        harness.run()
        #expect(ann.messages().isEmpty)
        #expect(harness.loop.hub.topicCount == 0 && harness.dispatcher.topicCount == 0)
        #expect(harness.broker.interests == 0)
    }

    @Test func `who unsubscribes leaves the others subscribed`() throws {
        let harness = LoopHarness()
        let clients = try (0..<5).map { try TestClient(harness, id: "c\($0)").connect(to: "a") }
        for leaver in [0, 3, 4] {
            #expect(clients[leaver].ask(#"{"id":3,"unsubscribe":{"channel":"a"}}"#).count == 1)
        }
        harness.publish("1", to: "a")
        harness.run()
        #expect(clients.map { $0.payloads().count } == [0, 1, 1, 0, 0])
        clients[1].ask(#"{"id":3,"unsubscribe":{"channel":"a"}}"#)
        harness.publish("2", to: "a")
        harness.run()
        #expect(clients.map { $0.payloads().count } == [0, 0, 1, 0, 0])
        #expect(harness.broker.interests == 1)
    }

    @Test func `a channel that excludes senders does not send a client its own publications`() throws {
        let harness = LoopHarness(.test(.open.with { $0.excludesSender = true }))
        let ann = try TestClient(harness).connect(to: "a")
        let bob = try TestClient(harness, id: "bob").connect(to: "a")
        ann.command(#"{"id":3,"publish":{"channel":"a","data":1}}"#)
        bob.command(#"{"id":3,"publish":{"channel":"a","data":2}}"#)
        harness.publish("3", to: "a")
        harness.run()
        #expect(ann.payloads() == ["2", "3"])
        #expect(bob.payloads() == ["1", "3"])
    }

    @Test func `a channel without subscribers on this loop costs nothing`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect(to: "a")
        harness.deliver(.publication(Publication(data: [0x31])), to: "b")
        harness.run()
        #expect(ann.messages().isEmpty)
    }

    @Test func `an rpc is answered from the table`() throws {
        var methods = RPCTable()
        methods.register("who") { _, caller in .success(Array(#""\#(caller.info.client)""#.utf8)) }
        let harness = LoopHarness(methods: methods)
        let ann = try TestClient(harness).connect()
        #expect(ann.ask(#"{"id":2,"rpc":{"method":"who"}}"#) == [#"{"id":2,"rpc":{"data":"ann"}}"#])
        #expect(ann.ask(#"{"id":3,"rpc":{"method":"?"}}"#).first?.number("code") == 104)
    }

    @Test func `history, presence and counts are read from the broker`() throws {
        let rules = ChannelRules.membership.with {
            $0.historySize = 10
            $0.historyTTL = .seconds(60)
        }
        let harness = LoopHarness(.test(rules))
        let ann = try TestClient(harness).connect(to: "a")
        for number in 1...3 { harness.publish("\(number)", to: "a") }
        harness.run()
        _ = ann.messages()
        let history = ann.ask(#"{"id":3,"history":{"channel":"a","limit":2,"reverse":true}}"#)
        #expect(history.first?.numbers("offset") == [3, 2, 3] && history.first?.contains(#""epoch":"epoch""#) == true)
        let elsewhere = ann.ask(
            #"{"id":4,"history":{"channel":"a","limit":1,"since":{"offset":1,"epoch":"other"}}}"#
        )
        #expect(elsewhere.first?.number("code") == 112)
        let presence = ann.ask(#"{"id":5,"presence":{"channel":"a"}}"#)
        #expect(
            presence == [#"{"id":5,"presence":{"presence":{"ann":{"user":"","client":"ann"}}}}"#]
        )
        let stats = ann.ask(#"{"id":6,"presence_stats":{"channel":"a"}}"#)
        #expect(stats == [#"{"id":6,"presence_stats":{"num_clients":1,"num_users":1}}"#])
    }

    @Test func `a broker that cannot is a temporary error 100`() throws {
        let harness = LoopHarness(.test(.recoverable.with { $0.presence = true }))
        let ann = try TestClient(harness).connect(to: "a")
        harness.broker.hold(.publish, .history, .presence)
        ann.command(
            #"{"id":3,"publish":{"channel":"a","data":1}}"#,
            #"{"id":4,"history":{"channel":"a"}}"#,
            #"{"id":5,"presence":{"channel":"a"}}"#,
            #"{"id":6,"presence_stats":{"channel":"a"}}"#
        )
        for operation in harness.broker.waiting { harness.broker.fail(operation) }
        harness.run()
        let answers = ann.messages()
        #expect(answers.map { $0.number("id") } == [3, 4, 5, 6])
        #expect(answers.allSatisfy { $0.contains(#""code":100"#) && $0.contains(#""temporary":true"#) })
    }

    @Test func `a payload that is not JSON cannot be published by a protobuf client where payloads are JSON`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness, format: .protobuf)
        ann.receive(ClientFrame.binary([4, 0x08, 1, 0x22, 0]))
        ann.receive(ClientFrame.binary([11, 0x08, 3, 0x3A, 7, 0x0A, 1, 0x63, 0x12, 2, 0x7B, 0x7B]))
        harness.run()
        let answers = ann.frames().flatMap { $0.messages(.protobuf) }
        #expect(answers.count == 2)
        #expect(answers.last?.starts(with: [0x08, 3, 0x12]) == true, "an error")
        #expect(harness.metrics["skein_publications_total"] == 0)
        #expect(harness.metrics["skein_command_errors_total{code=107}"] == 1)
    }
}
