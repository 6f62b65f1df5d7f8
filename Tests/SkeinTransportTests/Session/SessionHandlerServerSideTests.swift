import NIOCore
import SkeinCluster
import SkeinCore
import Testing

@testable import SkeinTransport

/// Subscriptions that the server makes and ends.
@Suite struct SessionHandlerServerSideTests {
    @Test func `the channels of a token are subscribed to before the reply to connect, which tells of them`() throws {
        let harness = LoopHarness(.test(.recoverable))
        harness.publish("0", to: "a")
        let ann = try TestClient(harness)
        harness.broker.hold(.history)
        ann.connect(
            as: Credentials(
                user: UserID("u"),
                subscriptions: [ServerSubscription(channel: "a"), ServerSubscription(channel: "b")]
            )
        )
        #expect(ann.messages().isEmpty && harness.loop.directory.count == 0)
        harness.publish("0", to: "a")
        harness.run()
        harness.broker.finishAll()
        harness.run()
        let messages = ann.messages()
        #expect(messages.count == 1)
        #expect(messages.first?.contains(#""subs":{"a":{"#) == true && messages.first?.contains(#""b":{"#) == true)
        harness.publish("0", to: "a")
        harness.run()
        #expect(ann.offsets() == [3])
        #expect(harness.loop.directory.count == 1)
    }

    @Test func `commands that come while the session is being accepted wait`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness)
        harness.broker.hold(.subscribe)
        ann.connect(as: Credentials(user: UserID("u"), subscriptions: [ServerSubscription(channel: "a")]))
        #expect(ann.ask(#"{"id":2,"ping":{}}"#, #"{"id":3,"ping":{}}"#).isEmpty)
        harness.broker.finishAll()
        harness.run()
        #expect(ann.messages().compactMap { $0.number("id") } == [1, 2, 3])
    }

    @Test func `a channel of a token that cannot be subscribed to ends the session, and the others are undone`() throws
    {
        let harness = LoopHarness(.test(.membership))
        let ann = try TestClient(harness)
        harness.broker.hold(.enter)
        ann.connect(
            as: Credentials(
                user: UserID("u"),
                subscriptions: [ServerSubscription(channel: "a"), ServerSubscription(channel: "b")]
            )
        )
        harness.broker.fail(.enter)
        harness.broker.finish(.enter)
        harness.run()
        let frames = ann.frames()
        #expect(frames.first?.text.number("code") == 100 && frames.last?.closeCode == 3000)
        #expect(frames.count == 2)
        #expect(harness.loop.hub.topicCount == 0 && harness.broker.engine.counts.members == 0)
        #expect(harness.broker.announcements.isEmpty && harness.loop.directory.count == 0)
    }

    @Test func `the server subscribes a session: a push tells the client, then publications follow`() throws {
        let harness = LoopHarness(.test(.recoverable))
        let ann = try TestClient(harness).connect()
        harness.publish("0", to: "a")
        var refusals: [ErrorCode?] = []
        ann.session.subscribeByServer(ServerSubscription(channel: "a", data: Array("7".utf8))) { refusals.append($0) }
        harness.publish("0", to: "a")
        harness.run()
        let messages = ann.messages()
        #expect(messages.first?.hasPrefix(#"{"push":{"channel":"a","subscribe":{"#) == true)
        #expect(messages.first?.contains(#""data":7"#) == true && messages.first?.number("offset") == 1)
        #expect(messages.dropFirst().compactMap { $0.number("offset") } == [2])
        ann.session.subscribeByServer(ServerSubscription(channel: "a")) { refusals.append($0) }
        ann.session.subscribeByServer(ServerSubscription(channel: "no:such")) { refusals.append($0) }
        #expect(refusals == [nil, nil, .unknownChannel])
    }

    @Test func `a session that closes meanwhile answers the server all the same`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        harness.broker.hold(.subscribe)
        var answers = 0
        ann.session.subscribeByServer(ServerSubscription(channel: "a")) { _ in answers += 1 }
        ann.channel.close(promise: nil)
        harness.run()
        #expect(answers == 0)
        harness.broker.finishAll()
        #expect(answers == 1 && harness.broker.interests == 0)
    }

    @Test func `the server ends a subscription: a push tells the client, and nothing follows`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect(to: "a")
        harness.publish("1", to: "a")
        ann.session.unsubscribeByServer("a", code: .server)
        harness.publish("2", to: "a")
        harness.run()
        #expect(
            ann.messages() == [#"{"push":{"channel":"a","unsubscribe":{"code":2000,"reason":"server unsubscribe"}}}"#]
        )
        ann.session.unsubscribeByServer("a", code: .server)
        harness.run()
        #expect(ann.messages().isEmpty)
    }

    @Test func `a client cannot end what the server has made: error 103`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness)
        ann.connect(as: Credentials(user: UserID("u"), subscriptions: [ServerSubscription(channel: "a")]))
        #expect(ann.ask(#"{"id":2,"unsubscribe":{"channel":"a"}}"#).last?.number("code") == 103)
    }

    @Test func `sessions are found by id and by user until they end`() throws {
        let harness = LoopHarness()
        let clients = try ["1", "2", "3"].map { try TestClient(harness, id: $0) }
        for (client, user) in zip(clients, ["ann", "ann", "bob"]) {
            client.connect(as: Credentials(user: UserID(user)))
        }
        let users = harness.loop.node.users
        func found(_ selection: SessionDirectory.Selection) -> [String] {
            harness.loop.directory.select(selection).map(\.clientID).sorted()
        }
        #expect(found(.init(user: "ann")) == ["1", "2"])
        #expect(found(.init(user: "ann", except: ["1"])) == ["2"])
        #expect(found(.init(user: "bob", client: "1")).isEmpty, "both have to fit")
        #expect(found(.init(client: "3")) == ["3"] && found(.init(session: "3")) == ["3"])
        #expect(found(.init()).isEmpty && found(.init(user: "")).isEmpty)
        #expect(users.count == 2)
        clients[0].channel.close(promise: nil)
        #expect(found(.init(user: "ann")) == ["2"])
        #expect(users.count == 2)
        clients[1].session.disconnect(.forceDisconnect)
        #expect(found(.init(user: "ann")).isEmpty)
        #expect(users.count == 1)
    }
}
