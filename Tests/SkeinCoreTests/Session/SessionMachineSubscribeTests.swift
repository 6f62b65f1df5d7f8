import SkeinCore
import Testing

/// The `subscribe` command: who gets in, and with which error the others are told.
@Suite struct SessionMachineSubscribeTests {
    private static let channel: ChannelName = "token:a"

    private static func grant(
        user: UserID = "ann",
        channel: ChannelName = channel,
        client: String? = nil,
        timeLeft: Duration? = nil
    ) -> Result<SubscriptionGrant, TokenRejection> {
        .success(SubscriptionGrant(user: user, channel: channel, client: client, timeLeft: timeLeft))
    }

    @Test func `an allowed subscription is pending until it is made`() throws {
        var harness = try SessionHarness.connected()
        let action = harness.send(.subscribe(SubscribeRequest(channel: "open:a")))
        let plan = try #require(action.subscriptionPlan)
        #expect(action.outcome == .subscribe("open:a"))
        #expect(plan.origin == .client(commandID: harness.lastID) && plan.origin.isClient)
        #expect(!plan.holdsToken && plan.timeLeft == nil && plan.info === harness.machine.info)
        #expect(harness.machine.subscriptionCount == 1 && !harness.machine.isSubscribed(to: "open:a"))
        #expect(harness.machine.attachment(of: "open:a") == nil)
        guard case .keep = harness.makeLive(plan) else { throw Failure() }
        #expect(harness.machine.isSubscribed(to: "open:a") && harness.machine.liveChannels == ["open:a"])
        #expect(harness.machine.attachment(of: "open:a") == "open:a")
    }

    @Test(
        arguments: [
            ("", .badRequest), ("open:a b", .badRequest), ("open:\u{7F}", .badRequest), ("nowhere:a", .unknownChannel),
            (":a", .unknownChannel), ("closed:a", .permissionDenied), ("token:a", .permissionDenied),
            ("a", .permissionDenied),
            ("$open:a", .permissionDenied), ("open:#bob", .permissionDenied),
        ] as [(ChannelName, ErrorCode)]
    )
    func `a refused subscription leaves nothing behind`(row: (ChannelName, ErrorCode)) throws {
        var harness = try SessionHarness.connected()
        #expect(harness.send(.subscribe(SubscribeRequest(channel: row.0))).outcome == .error(row.1))
        #expect(harness.machine.subscriptionCount == 0)
        #expect(!harness.machine.mustWait(Command(id: 9, .subscribe(SubscribeRequest(channel: row.0)))))
    }

    @Test func `a name has at most 255 bytes`() throws {
        var harness = try SessionHarness.connected()
        let longest = ChannelName("open:" + String(repeating: "a", count: 250))
        let tooLong = ChannelName("open:" + String(repeating: "a", count: 251))
        #expect(harness.send(.subscribe(SubscribeRequest(channel: longest))).outcome == .subscribe(longest))
        #expect(harness.send(.subscribe(SubscribeRequest(channel: tooLong))).outcome == .error(.badRequest))
    }

    @Test func `names that only look the same are two subscriptions`() throws {
        var harness = try SessionHarness.connected()
        try harness.subscribe("open:\u{E9}")
        try harness.subscribe("open:e\u{301}")
        #expect(harness.machine.liveChannels.count == 2)
    }

    @Test func `a second subscription to a channel is refused with 105`() throws {
        var harness = try SessionHarness.connected(subscriptions: [ServerSubscription(channel: "open:server")])
        try harness.subscribe("open:a")
        for channel in ["open:a", "open:server"] as [ChannelName] {
            #expect(harness.send(.subscribe(SubscribeRequest(channel: channel))).outcome == .error(.alreadySubscribed))
            #expect(harness.machine.isSubscribed(to: channel))
        }
    }

    @Test func `the last subscription that the limit allows is made, and the next is refused with 106`() throws {
        var limits = SessionLimits()
        limits.channels = 3
        var harness = try SessionHarness.connected(
            subscriptions: [ServerSubscription(channel: "open:server")],
            policy: .sample(limits: limits)
        )
        try harness.subscribe("open:1")
        // Pending subscriptions count.
        let pending = harness.send(.subscribe(SubscribeRequest(channel: "open:2")))
        #expect(pending.outcome == .subscribe("open:2"))
        #expect(harness.send(.subscribe(SubscribeRequest(channel: "open:3"))).outcome == .error(.limitExceeded))
        harness.machine.failedToSubscribe("open:2")
        #expect(harness.send(.subscribe(SubscribeRequest(channel: "open:3"))).outcome == .subscribe("open:3"))
        _ = harness.send(.unsubscribe(channel: "open:1"))
        #expect(harness.send(.subscribe(SubscribeRequest(channel: "open:4"))).outcome == .subscribe("open:4"))
        #expect(harness.machine.subscriptionCount == 3)
    }

    @Test func `kinds of subscription and filters that the server does not have are refused with 108`() throws {
        var harness = try SessionHarness.connected()
        for type in [1, 2, 3, 4, -1, Int32.max, Int32.min] {
            let request = SubscribeRequest(channel: "open:a", type: type)
            #expect(harness.send(.subscribe(request)).outcome == .error(.notAvailable))
        }
        let filtered = SubscribeRequest(channel: "open:a", hasTagFilter: true)
        #expect(harness.send(.subscribe(filtered)).outcome == .error(.notAvailable))
        #expect(harness.machine.subscriptionCount == 0)
        #expect(harness.send(.subscribe(SubscribeRequest(channel: "open:a", type: 0))).outcome == .subscribe("open:a"))
    }

    @Test func `a session without a user subscribes only where the rules say so`() throws {
        let policy = SessionPolicy.sample { $0.namespaces["lobby"] = .with(from: .open) { $0.allowsAnonymous = true } }
        var harness = try SessionHarness.connected(user: .anonymous, policy: policy)
        #expect(harness.send(.subscribe(SubscribeRequest(channel: "open:a"))).outcome == .error(.permissionDenied))
        #expect(harness.send(.subscribe(SubscribeRequest(channel: "lobby:a"))).outcome == .subscribe("lobby:a"))
    }

    @Test func `an insecure rulebook lets everybody in`() throws {
        var harness = try SessionHarness.connected(user: .anonymous, policy: .sample { $0.isInsecure = true })
        for channel in ["closed:a", "$token:a", "open:#bob"] as [ChannelName] {
            #expect(harness.send(.subscribe(SubscribeRequest(channel: channel))).outcome == .subscribe(channel))
        }
    }

    @Test func `a token opens the channel, and the subscription is what the token says`() throws {
        var harness = try SessionHarness.connected(info: [1])
        var overrides = SubscriptionOverrides()
        overrides.joinLeave = true
        let grant = SubscriptionGrant(
            user: "ann",
            channel: Self.channel,
            client: "client-1",
            timeLeft: .seconds(60),
            info: [2],
            overrides: overrides
        )
        let action = try harness.subscribe(Self.channel, verification: .success(grant))
        let plan = try #require(action.subscriptionPlan)
        #expect(action.outcome == .subscribe(Self.channel))
        #expect(plan.holdsToken && plan.timeLeft == .seconds(60) && plan.announcesJoinLeave)
        #expect(plan.info == ClientInfo(user: "ann", client: "client-1", connectionInfo: [1], channelInfo: [2]))
        #expect(harness.machine.subscriptionCount == 1 && !harness.machine.isSubscribed(to: Self.channel))
    }

    @Test(
        arguments: [
            (.failure(TokenRejection(.expired, reason: "exp")), .error(.tokenExpired)),
            (.failure(TokenRejection(.invalid, reason: "signature")), .error(.permissionDenied)),
            (grant(timeLeft: .zero), .error(.tokenExpired)),
            (grant(timeLeft: .seconds(-1)), .error(.tokenExpired)),
            (grant(timeLeft: .nanoseconds(1)), .subscribe(channel)),
            (grant(client: "client-1"), .subscribe(channel)),
            (grant(client: "client-2"), .disconnect(.invalidToken)),
            (grant(client: ""), .disconnect(.invalidToken)),
            (grant(user: "bob"), .disconnect(.invalidToken)),
            (grant(user: .anonymous), .disconnect(.invalidToken)),
            (grant(channel: "token:b"), .disconnect(.invalidToken)),
            (grant(user: "bob", timeLeft: .zero), .disconnect(.invalidToken)),
        ] as [(Result<SubscriptionGrant, TokenRejection>, SessionOutcome)]
    )
    func `a token is expired, unverifiable, of somebody else or good`(
        row: (Result<SubscriptionGrant, TokenRejection>, SessionOutcome)
    ) throws {
        var harness = try SessionHarness.connected()
        let outcome = try harness.subscribe(Self.channel, verification: row.0).outcome
        #expect(outcome == row.1)
        #expect(!harness.machine.isSubscribed(to: Self.channel))
        if case .error = outcome { #expect(harness.machine.subscriptionCount == 0, "the client may try again") }
    }

    @Test func `a token that only looks like that of the channel or the user is somebody else's`() throws {
        var harness = try SessionHarness.connected(user: "ren\u{E9}")
        let foreign = SubscriptionGrant(user: "rene\u{301}", channel: Self.channel)
        #expect(
            try harness.subscribe(Self.channel, verification: .success(foreign)).outcome == .disconnect(.invalidToken)
        )
        harness = try SessionHarness.connected()
        let other = SubscriptionGrant(user: "ann", channel: "token:e\u{301}")
        #expect(
            try harness.subscribe("token:\u{E9}", verification: .success(other)).outcome == .disconnect(.invalidToken)
        )
    }

    @Test func `a verification that comes after the end does nothing`() throws {
        var harness = try SessionHarness.connected()
        let action = harness.send(.subscribe(SubscribeRequest(channel: Self.channel, token: "s")))
        let plan = try #require(action.subscriptionPlan)
        _ = harness.machine.closed()
        for outcome in [Self.grant(), Self.grant(user: "bob"), .failure(TokenRejection(.invalid, reason: ""))] {
            let late = harness.machine.verified(outcome, for: plan, id: 2, policy: harness.policy, now: harness.now)
            #expect(late.outcome == .none)
        }
        guard case .undo = harness.makeLive(plan) else { throw Failure() }
        #expect(harness.machine.subscriptionCount == 0)
    }

    @Test func `a subscription that could not be made can be asked for again`() throws {
        var harness = try SessionHarness.connected()
        _ = harness.send(.subscribe(SubscribeRequest(channel: "open:a")))
        harness.machine.failedToSubscribe("open:a")
        #expect(harness.machine.subscriptionCount == 0)
        try harness.subscribe("open:a")
        #expect(harness.machine.isSubscribed(to: "open:a"))
    }

    private struct Failure: Error {}
}
