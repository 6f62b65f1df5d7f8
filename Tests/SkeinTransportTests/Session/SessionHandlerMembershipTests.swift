import SkeinCluster
import SkeinCore
import Testing

@testable import SkeinTransport

/// Presence, joins and leaves.
@Suite struct SessionHandlerMembershipTests {
    private func join(_ client: String, _ channel: String = "a") -> String {
        #"{"push":{"channel":"\#(channel)","join":{"info":{"user":"","client":"\#(client)"}}}}"#
    }

    private func leave(_ client: String, _ channel: String = "a") -> String {
        #"{"push":{"channel":"\#(channel)","leave":{"info":{"user":"","client":"\#(client)"}}}}"#
    }

    @Test func `members hear of joins and leaves, each once and in order`() throws {
        let harness = LoopHarness(.test(.membership))
        let ann = try TestClient(harness).connect(to: "a")
        _ = ann.messages()
        let bob = try TestClient(harness, id: "bob").connect(to: "a")
        bob.ask(#"{"id":3,"unsubscribe":{"channel":"a"}}"#)
        #expect(ann.messages() == [self.join("bob"), self.leave("bob")])
    }

    @Test func `the reply to subscribe goes out in front of the client's own join`() throws {
        let harness = LoopHarness(.test(.membership))
        let ann = try TestClient(harness).connect()
        let answers = ann.ask(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        #expect(answers.first == #"{"id":2,"subscribe":{}}"#)
        #expect(answers.dropFirst().allSatisfy { $0 == self.join("ann") })
    }

    @Test func `only those who ask get joins and leaves where they are not pushed; publications go to all`() throws {
        let harness = LoopHarness(.test(.membership.with { $0.pushJoinLeave = false }))
        let ann = try TestClient(harness).connect(to: "a")
        let bob = try TestClient(harness, id: "bob").connect()
        bob.ask(#"{"id":2,"subscribe":{"channel":"a","join_leave":true}}"#)
        _ = (ann.messages(), bob.messages())
        harness.publish("1", to: "a")
        let cyd = try TestClient(harness, id: "cyd").connect(to: "a")
        harness.publish("2", to: "a")
        harness.run()
        #expect(ann.messages().compactMap(\.payload) == ["1", "2"])
        let heard = bob.messages()
        #expect(heard.contains(self.join("cyd")) && heard.compactMap(\.payload) == ["1", "2"])
        #expect(cyd.messages().contains(self.join("cyd")) == false)
    }

    @Test func `a turn that has only joins sends nothing to those who do not get them`() throws {
        let harness = LoopHarness(.test(.membership.with { $0.pushJoinLeave = false }))
        let ann = try TestClient(harness).connect(to: "a")
        _ = ann.messages()
        _ = try TestClient(harness, id: "bob").connect(to: "a")
        #expect(ann.wire.writes.isEmpty)
    }

    @Test func `joins, leaves and publications of a turn keep their order`() throws {
        let harness = LoopHarness(.test(.membership))
        let ann = try TestClient(harness).connect(to: "a")
        _ = ann.messages()
        let info = ClientInfo(user: "", client: "bob")
        harness.deliver(.join(info), to: "a")
        harness.deliver(.publication(Publication(data: [0x31])), to: "a")
        harness.deliver(.leave(info), to: "a")
        harness.run()
        let messages = ann.messages()
        #expect(messages.count == 3)
        #expect(messages.first == self.join("bob") && messages.last == self.leave("bob"))
        #expect(ann.wire.writes.isEmpty)
    }

    @Test func `the leave follows the end of presence`() throws {
        let harness = LoopHarness(.test(.membership))
        let ann = try TestClient(harness).connect(to: "a")
        harness.broker.hold(.leave)
        ann.ask(#"{"id":3,"unsubscribe":{"channel":"a"}}"#)
        #expect(harness.broker.announcements == ["join ann"])
        harness.broker.finish(.leave)
        #expect(harness.broker.announcements == ["join ann", "leave ann"])
        #expect(harness.broker.engine.counts.members == 0)
    }

    @Test func `without presence the leave follows at once`() throws {
        let harness = LoopHarness(.test(.membership.with { $0.presence = false }))
        let ann = try TestClient(harness).connect(to: "a")
        ann.ask(#"{"id":3,"unsubscribe":{"channel":"a"}}"#)
        #expect(harness.broker.announcements == ["join ann", "leave ann"])
    }

    @Test func `members of a session that subscribes, leaves and subscribes again are right`() throws {
        let harness = LoopHarness(.test(.membership))
        let ann = try TestClient(harness).connect()
        ann.ask(
            #"{"id":2,"subscribe":{"channel":"a"}}"#,
            #"{"id":3,"unsubscribe":{"channel":"a"}}"#,
            #"{"id":4,"subscribe":{"channel":"a"}}"#
        )
        #expect(harness.broker.announcements == ["join ann", "leave ann", "join ann"])
        #expect(harness.broker.engine.counts.members == 1)
    }
}
