import SkeinCluster
import SkeinCore
import Testing

@testable import SkeinTransport

/// What happens when publications get lost between the broker and the node (guarantees G3 and G10).
@Suite struct SessionHandlerPositionTests {
    private static let gone = #"{"push":{"channel":"a","unsubscribe":{"code":2500,"reason":"insufficient state"}}}"#

    private func publication(_ offset: UInt64, epoch: String = "epoch") -> TopicEvent {
        .publication(Publication(data: [0x30], offset: offset, epoch: epoch, time: 1))
    }

    /// A client of a stream with three publications.
    private func makeClient(
        _ rules: ChannelRules = .recoverable,
        after count: Int = 3
    ) throws -> (LoopHarness, TestClient) {
        let harness = LoopHarness(.test(rules))
        for _ in 0..<count { harness.publish("0", to: "a") }
        return (harness, try TestClient(harness).connect(to: "a"))
    }

    @Test func `publications without a gap are delivered`() throws {
        let (harness, ann) = try self.makeClient()
        for offset in 4...6 as ClosedRange<UInt64> { harness.deliver(self.publication(offset), to: "a") }
        harness.run()
        #expect(ann.offsets() == [4, 5, 6])
        harness.deliver(self.publication(7), to: "a")
        harness.run()
        #expect(ann.offsets() == [7])
        #expect(harness.metrics["skein_live_gap_events_total"] == 0)
    }

    @Test func `a gap between turns ends the subscription with 2500 before anything later`() throws {
        let (harness, ann) = try self.makeClient()
        harness.deliver(self.publication(4), to: "a")
        harness.run()
        #expect(ann.offsets() == [4])
        harness.deliver(self.publication(6), to: "a")
        harness.run()
        #expect(ann.messages() == [Self.gone])
        #expect(harness.metrics["skein_live_gap_events_total"] == 1)
        #expect(harness.broker.interests == 0 && harness.loop.hub.topicCount == 0)
        harness.deliver(self.publication(7), to: "a")
        harness.run()
        #expect(ann.messages().isEmpty)
    }

    @Test func `a gap within a turn ends the subscription with 2500`() throws {
        let (harness, ann) = try self.makeClient()
        harness.deliver(self.publication(4), to: "a")
        harness.run()
        _ = ann.messages()
        for offset in [5, 7] as [UInt64] { harness.deliver(self.publication(offset), to: "a") }
        harness.run()
        let messages = ann.messages()
        #expect(messages.last == Self.gone)
        #expect(messages.allSatisfy { $0 == Self.gone || $0.number("offset") == 5 }, "nothing behind the gap")
    }

    @Test func `a stream that starts again is a gap`() throws {
        let (harness, ann) = try self.makeClient()
        harness.deliver(self.publication(4), to: "a")
        harness.run()
        _ = ann.messages()
        harness.deliver(self.publication(1, epoch: "other"), to: "a")
        harness.run()
        #expect(ann.messages() == [Self.gone])
    }

    @Test func `a stream that starts again and has come to the next offset is a gap`() throws {
        let (harness, ann) = try self.makeClient()
        harness.deliver(self.publication(4), to: "a")
        harness.run()
        let bob = try TestClient(harness, id: "bob").connect(to: "a")
        _ = (ann.messages(), bob.messages())
        harness.deliver(self.publication(5, epoch: "other"), to: "a")
        harness.run()
        #expect(ann.messages() == [Self.gone] && bob.messages() == [Self.gone])
    }

    @Test func `the first publication behind the reply has to follow it`() throws {
        let (harness, ann) = try self.makeClient()
        harness.deliver(self.publication(5), to: "a")
        harness.run()
        #expect(ann.messages() == [Self.gone], "4 is missing")
    }

    @Test func `the first publication behind a recovery has to follow it`() throws {
        let (harness, ann) = try self.makeClient()
        let bob = try TestClient(harness, id: "bob").connect()
        bob.ask(#"{"id":2,"subscribe":{"channel":"a","recover":true,"epoch":"epoch","offset":1}}"#)
        harness.deliver(self.publication(6), to: "a")
        harness.run()
        #expect(ann.messages() == [Self.gone])
        #expect(bob.messages() == [Self.gone])
    }

    @Test func `a stream that starts again while a newcomer is behind its reply is a gap for it too`() throws {
        let (harness, ann) = try self.makeClient()
        harness.deliver(self.publication(4), to: "a")
        harness.run()
        let bob = try TestClient(harness, id: "bob").connect(to: "a")
        _ = (ann.messages(), bob.messages())
        harness.deliver(self.publication(1, epoch: "other"), to: "a")
        harness.run()
        #expect(ann.messages() == [Self.gone])
        #expect(bob.messages() == [Self.gone], "offset 1 is not an old one: it is another stream's")
    }

    @Test func `publications that were kept while subscribing have to follow one another`() throws {
        let (harness, _) = try self.makeClient()
        let bob = try TestClient(harness, id: "bob").connect()
        harness.broker.hold(.history)
        bob.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        harness.broker.act(.history)
        for offset in [4, 6] as [UInt64] { harness.deliver(self.publication(offset), to: "a") }
        harness.run()
        harness.broker.finish(.history)
        harness.run()
        let messages = bob.messages()
        #expect(messages.first?.hasPrefix(#"{"id":2,"subscribe""#) == true)
        #expect(messages.last == Self.gone)
        #expect(!messages.contains { $0.number("offset") == 6 }, "nothing behind the gap")
    }

    @Test func `publications that were kept while subscribing have to follow the reply`() throws {
        let (harness, _) = try self.makeClient()
        let bob = try TestClient(harness, id: "bob").connect()
        harness.broker.hold(.history)
        bob.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        harness.broker.act(.history)
        harness.deliver(self.publication(5), to: "a")
        harness.run()
        harness.broker.finish(.history)
        harness.run()
        #expect(bob.messages().last == Self.gone, "4 is missing")
    }

    @Test func `a gap that the reply makes up for is none`() throws {
        let (harness, ann) = try self.makeClient()
        harness.deliver(self.publication(4), to: "a")
        harness.run()
        for _ in 4...6 { harness.publish("0", to: "a") }
        harness.broker.loseNext()
        let bob = try TestClient(harness, id: "bob").connect()
        harness.broker.holdEvents()
        for _ in 7...8 { harness.publish("0", to: "a") }
        harness.broker.loseNext()
        let reply = bob.ask(#"{"id":2,"subscribe":{"channel":"a","recover":true,"epoch":"epoch","offset":6}}"#)
        #expect(reply.first?.contains(#""recovered":true"#) == true)
        harness.broker.deliverNext()
        harness.run()
        #expect(ann.messages().last == Self.gone, "ann has missed 7")
        #expect(bob.messages().isEmpty, "bob has got 7 and 8 with his reply")
        harness.deliver(self.publication(9), to: "a")
        harness.run()
        #expect(bob.offsets() == [9])
    }

    @Test func `a subscriber that follows no positions goes on`() throws {
        let rules = ChannelRules.recoverable.with {
            $0.recovery = .off
            $0.positioning = .onRequest
        }
        let (harness, ann) = try self.makeClient(rules)
        let bob = try TestClient(harness, id: "bob").connect()
        bob.ask(#"{"id":2,"subscribe":{"channel":"a","positioned":true}}"#)
        for offset in [4, 6, 7] as [UInt64] {
            harness.deliver(self.publication(offset), to: "a")
            harness.run()
        }
        #expect(ann.offsets() == [4, 6, 7])
        let messages = bob.messages()
        #expect(messages.compactMap { $0.number("offset") } == [4] && messages.last == Self.gone)
    }

    @Test func `a client of a subscription that the server made connects again: 3010`() throws {
        let harness = LoopHarness(.test(.recoverable))
        let ann = try TestClient(harness)
        ann.connect(as: Credentials(user: UserID("ann"), subscriptions: [ServerSubscription(channel: "a")]))
        let bob = try TestClient(harness, id: "bob").connect()
        bob.session.subscribeByServer(ServerSubscription(channel: "a")) { #expect($0 == nil) }
        harness.deliver(self.publication(1), to: "a")
        harness.run()
        #expect(ann.offsets() == [1] && bob.offsets() == [1])
        harness.deliver(self.publication(3), to: "a")
        harness.run()
        #expect(ann.closeCode() == 3010 && bob.closeCode() == 3010)
        #expect(ann.controlFrames.count == 1 && bob.controlFrames.count == 1)
    }

    @Test func `a gap takes every one of many subscribers, and only those of its channel`() throws {
        let (harness, _) = try self.makeClient()
        let clients = try (0..<10).map { try TestClient(harness, id: "c\($0)").connect(to: "a", "b") }
        harness.deliver(self.publication(4), to: "a")
        harness.run()
        for client in clients { _ = client.messages() }
        harness.deliver(self.publication(6), to: "a")
        harness.deliver(self.publication(1), to: "b")
        harness.run()
        for client in clients {
            let messages = client.messages()
            #expect(messages.filter { $0 == Self.gone }.count == 1)
            #expect(messages.filter { $0.contains(#""channel":"b""#) }.count == 1)
            #expect(messages.count == 2)
        }
        #expect(harness.metrics["skein_live_gap_events_total"] == 1)
    }

    @Test func `after 2500 a client recovers what it has missed`() throws {
        let (harness, ann) = try self.makeClient()
        harness.publish("0", to: "a")
        harness.run()
        #expect(ann.offsets() == [4])
        harness.broker.holdEvents()
        harness.publish("0", to: "a")
        harness.broker.loseNext()
        harness.publish("0", to: "a")
        harness.broker.deliverNext()
        harness.run()
        #expect(ann.messages() == [Self.gone])
        let reply = ann.ask(#"{"id":3,"subscribe":{"channel":"a","recover":true,"epoch":"epoch","offset":4}}"#)
        #expect(reply.first?.contains(#""recovered":true"#) == true)
        #expect(reply.first?.numbers("offset").suffix(2) == [5, 6])
    }

    @Test func `a recovery that cannot be whole says so and brings nothing (guarantee G5)`() throws {
        let (harness, _) = try self.makeClient(.recoverable.with { $0.historySize = 2 }, after: 5)
        let bob = try TestClient(harness, id: "bob").connect()
        let lost = bob.ask(#"{"id":2,"subscribe":{"channel":"a","recover":true,"epoch":"epoch","offset":2}}"#)
        #expect(lost.first?.contains(#""recovered""#) == false && lost.first?.numbers("offset") == [5])
        #expect(lost.first?.contains(#""was_recovering":true"#) == true)
        let cyd = try TestClient(harness, id: "cyd").connect()
        let refused = cyd.ask(
            #"{"id":2,"subscribe":{"channel":"a","recover":true,"epoch":"epoch","offset":2,"flag":2}}"#
        )
        #expect(refused.first?.number("code") == 112)
        #expect(cyd.session.machine.subscriptionCount == 0)
    }
}
