import SkeinCore
import Testing

/// Subscriptions that the server makes and ends while the client does the same.
@Suite struct SessionMachineServerSideTests {
    private static func plan(
        _ harness: inout SessionHarness,
        _ subscription: ServerSubscription
    ) throws -> SubscriptionPlan {
        let result = harness.machine.subscribeByServer(subscription, policy: harness.policy, now: harness.now)
        return try #require(result).get()
    }

    @Test func `the server subscribes a session wherever it wants`() throws {
        var harness = try SessionHarness.connected(info: [1])
        for channel in ["closed:a", "$token:a", "open:#bob"] as [ChannelName] {
            let plan = try Self.plan(&harness, ServerSubscription(channel: channel, info: [2], data: [3]))
            #expect(plan.origin == .server && plan.data == [3] && !plan.holdsToken)
            #expect(plan.info == ClientInfo(user: "ann", client: "client-1", connectionInfo: [1], channelInfo: [2]))
            #expect(!harness.machine.isSubscribed(to: channel))
            #expect(harness.machine.mustWait(Command(id: 1, .presence(channel: channel))))
            guard case .keep = harness.makeLive(plan) else { throw Failure() }
            #expect(harness.machine.isSubscribed(to: channel))
        }
    }

    @Test(
        arguments: [("nowhere:a", .unknownChannel), ("", .badRequest), ("open:a b", .badRequest)]
            as [(ChannelName, ErrorCode)]
    )
    func `the server is told what is wrong with a channel`(row: (ChannelName, ErrorCode)) throws {
        var harness = try SessionHarness.connected()
        let result = harness.machine.subscribeByServer(
            ServerSubscription(channel: row.0),
            policy: harness.policy,
            now: harness.now
        )
        guard case .failure(let failure) = result else { throw Failure() }
        #expect(failure.code == row.1 && harness.machine.subscriptionCount == 0)
    }

    @Test func `the limit holds for the server too`() throws {
        var limits = SessionLimits()
        limits.channels = 2
        var harness = try SessionHarness.connected(policy: .sample(limits: limits))
        try harness.subscribe("open:a")
        _ = try Self.plan(&harness, ServerSubscription(channel: "open:b"))
        let third = harness.machine.subscribeByServer(
            ServerSubscription(channel: "open:c"),
            policy: harness.policy,
            now: harness.now
        )
        guard case .failure(let failure) = third else { throw Failure() }
        #expect(failure.code == .limitExceeded && harness.machine.subscriptionCount == 2)
    }

    @Test func `the server does nothing about a channel that is subscribed or pending, or without a session`() throws {
        let subscription = ServerSubscription(channel: "open:a")
        var harness = SessionHarness()
        #expect(harness.machine.subscribeByServer(subscription, policy: harness.policy, now: harness.now) == nil)
        harness = try SessionHarness.connected()
        let plan = try #require(harness.send(.subscribe(SubscribeRequest(channel: "open:a"))).subscriptionPlan)
        #expect(harness.machine.subscribeByServer(subscription, policy: harness.policy, now: harness.now) == nil)
        _ = harness.makeLive(plan)
        #expect(harness.machine.subscribeByServer(subscription, policy: harness.policy, now: harness.now) == nil)
        _ = harness.machine.closed()
        #expect(harness.machine.subscribeByServer(subscription, policy: harness.policy, now: harness.now) == nil)
        #expect(harness.machine.subscriptionCount == 0)
    }

    @Test func `the server ends a live subscription at once, whoever made it`() throws {
        var harness = try SessionHarness.connected(subscriptions: [ServerSubscription(channel: "open:server")])
        try harness.subscribe("open:a")
        for channel in ["open:server", "open:a"] as [ChannelName] {
            let action = harness.machine.unsubscribeByServer(channel, code: .server)
            guard case .end(let ended) = action else { throw Failure() }
            #expect(ended.channel == channel && ended.attachment == channel.text)
            guard case .none = harness.machine.unsubscribeByServer(channel, code: .server) else { throw Failure() }
        }
        #expect(harness.machine.subscriptionCount == 0)
        guard case .none = harness.machine.unsubscribeByServer("open:never", code: .server) else { throw Failure() }
    }

    @Test func `a pending subscription that the server ends is ended as soon as it is made`() throws {
        var harness = try SessionHarness.connected()
        let plan = try #require(harness.send(.subscribe(SubscribeRequest(channel: "open:a"))).subscriptionPlan)
        for code in [UnsubscribeCode.server, .insufficientState] {
            guard case .later = harness.machine.unsubscribeByServer("open:a", code: code) else { throw Failure() }
        }
        #expect(harness.machine.mustWait(Command(id: 9, .presence(channel: "open:a"))))
        guard case .end(.insufficientState) = harness.makeLive(plan) else { throw Failure() }
        #expect(harness.machine.subscriptionCount == 0)
        #expect(!harness.machine.mustWait(Command(id: 9, .presence(channel: "open:a"))))
        try harness.subscribe("open:a")
        #expect(harness.machine.isSubscribed(to: "open:a"), "a later subscription is not affected")
    }

    @Test func `a subscription of the connection token can be ended before the session is accepted`() throws {
        var harness = SessionHarness()
        let action = harness.connect(
            as: Credentials(user: "ann", subscriptions: [ServerSubscription(channel: "open:a")])
        )
        let plan = try #require(action.connectPlan?.subscriptions.first)
        guard case .later = harness.machine.unsubscribeByServer("open:a", code: .server) else { throw Failure() }
        guard case .end(.server) = harness.makeLive(plan) else { throw Failure() }
        #expect(harness.machine.subscriptionCount == 0)
    }

    @Test func `a pending subscription that fails takes the server's wish to end it along`() throws {
        var harness = try SessionHarness.connected()
        _ = harness.send(.subscribe(SubscribeRequest(channel: "open:a")))
        _ = harness.machine.unsubscribeByServer("open:a", code: .server)
        harness.machine.failedToSubscribe("open:a")
        try harness.subscribe("open:a")
        #expect(harness.machine.isSubscribed(to: "open:a"))
    }

    @Test func `a pending subscription ended while its token is verified never becomes live`() throws {
        var harness = try SessionHarness.connected()
        let action = harness.send(.subscribe(SubscribeRequest(channel: "token:a", token: "s")))
        guard case .later = harness.machine.unsubscribeByServer("token:a", code: .server) else { throw Failure() }
        let verified = harness.machine.verified(
            .success(SubscriptionGrant(user: "ann", channel: "token:a")),
            for: try #require(action.subscriptionPlan),
            id: harness.lastID,
            policy: harness.policy,
            now: harness.now
        )
        guard case .end(.server) = harness.makeLive(try #require(verified.subscriptionPlan)) else { throw Failure() }
        #expect(harness.machine.subscriptionCount == 0)
    }

    /// Unsubscribe and subscribe of the server API reach the session in order while the first subscription is still being
    /// made: the last word counts.
    @Test func `a server that subscribes again after ending a pending subscription is obeyed`() throws {
        var harness = try SessionHarness.connected()
        let first = try Self.plan(&harness, ServerSubscription(channel: "open:a"))
        _ = harness.machine.unsubscribeByServer("open:a", code: .server)
        let second = harness.machine.subscribeByServer(
            ServerSubscription(channel: "open:a"),
            policy: harness.policy,
            now: harness.now
        )
        _ = harness.makeLive(first)
        if case .success(let plan) = second { _ = harness.makeLive(plan) }
        #expect(harness.machine.isSubscribed(to: "open:a"))
    }

    @Test func `after the end the server finds nothing to end`() throws {
        var harness = try SessionHarness.connected()
        try harness.subscribe("open:a")
        _ = harness.send(.subscribe(SubscribeRequest(channel: "open:b")))
        _ = harness.machine.closed()
        for channel in ["open:a", "open:b"] as [ChannelName] {
            guard case .none = harness.machine.unsubscribeByServer(channel, code: .server) else { throw Failure() }
        }
    }

    private struct Failure: Error {}
}
