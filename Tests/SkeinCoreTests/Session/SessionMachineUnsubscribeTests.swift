import SkeinCore
import Testing

/// The `unsubscribe` command, what has to wait for a pending subscription, and the end of a session.
@Suite struct SessionMachineUnsubscribeTests {
    @Test func `unsubscribing gives back what was attached`() throws {
        var harness = try SessionHarness.connected()
        try harness.subscribe("open:a")
        guard case .unsubscribe(_, let ended) = harness.send(.unsubscribe(channel: "open:a")) else { throw Failure() }
        #expect(ended.channel == "open:a" && ended.attachment == "open:a")
        #expect(harness.machine.subscriptionCount == 0 && !harness.machine.isSubscribed(to: "open:a"))
        #expect(harness.machine.attachment(of: "open:a") == nil)
    }

    @Test(arguments: ["open:a", "nowhere:a", "", "a b", "closed:a"] as [ChannelName])
    func `unsubscribing from a channel without a subscription succeeds`(channel: ChannelName) throws {
        var harness = try SessionHarness.connected()
        #expect(harness.send(.unsubscribe(channel: channel)).outcome == .reply(.unsubscribe))
    }

    @Test func `a client cannot end a subscription that the server made`() throws {
        var harness = try SessionHarness.connected(subscriptions: [ServerSubscription(channel: "open:a")])
        #expect(harness.send(.unsubscribe(channel: "open:a")).outcome == .error(.permissionDenied))
        #expect(harness.machine.isSubscribed(to: "open:a"))
    }

    @Test func `after unsubscribing the session has no rights of a subscriber left (G13)`() throws {
        var harness = try SessionHarness.connected()
        try harness.subscribe("members:a")
        #expect(harness.send(.presence(channel: "members:a")).outcome == .readPresence("members:a"))
        _ = harness.send(.unsubscribe(channel: "members:a"))
        #expect(harness.send(.presence(channel: "members:a")).outcome == .error(.permissionDenied))
        try harness.subscribe("members:a")
        #expect(harness.send(.presence(channel: "members:a")).outcome == .readPresence("members:a"))
    }

    @Test func `commands about a pending subscription wait, and all others pass`() throws {
        let pending: ChannelName = "open:a"
        let other: ChannelName = "open:b"
        var harness = try SessionHarness.connected()
        let plan = try #require(harness.send(.subscribe(SubscribeRequest(channel: pending))).subscriptionPlan)
        for request in Self.requests(about: pending) {
            #expect(harness.machine.mustWait(Command(id: 2, request)), "\(request)")
        }
        for request in Self.requests(about: other) + Self.requestsWithoutChannel {
            #expect(!harness.machine.mustWait(Command(id: 2, request)), "\(request)")
        }
        _ = harness.makeLive(plan)
        for request in Self.requests(about: pending) { #expect(!harness.machine.mustWait(Command(id: 2, request))) }
    }

    @Test func `commands wait through the verification of a token as well`() throws {
        var harness = try SessionHarness.connected()
        let action = harness.send(.subscribe(SubscribeRequest(channel: "token:a", token: "s")))
        let command = Command(id: 9, .unsubscribe(channel: "token:a"))
        #expect(harness.machine.mustWait(command))
        let rejection = TokenRejection(.invalid, reason: "")
        _ = harness.machine.verified(
            .failure(rejection),
            for: try #require(action.subscriptionPlan),
            id: harness.lastID,
            policy: harness.policy,
            now: harness.now
        )
        #expect(!harness.machine.mustWait(command))
    }

    @Test func `nothing waits before the session connects or after it has closed`() throws {
        var harness = SessionHarness()
        let requests = Self.requests(about: "open:a") + Self.requestsWithoutChannel
        for request in requests { #expect(!harness.machine.mustWait(Command(id: 1, request))) }
        harness = try SessionHarness.connected()
        _ = harness.send(.subscribe(SubscribeRequest(channel: "open:a")))
        _ = harness.machine.closed()
        for request in requests { #expect(!harness.machine.mustWait(Command(id: 1, request))) }
    }

    @Test func `closing gives back exactly what was attached, once`() throws {
        var harness = try SessionHarness.connected(subscriptions: [ServerSubscription(channel: "open:server")])
        try harness.subscribe("open:a")
        try harness.subscribe("open:b")
        try harness.subscribe("open:gone")
        _ = harness.send(.unsubscribe(channel: "open:gone"))
        let pending = try #require(harness.send(.subscribe(SubscribeRequest(channel: "open:c"))).subscriptionPlan)
        _ = harness.send(.subscribe(SubscribeRequest(channel: "token:d", token: "s")))

        let ended = harness.machine.closed()
        #expect(Set(ended.map(\.channel)) == ["open:server", "open:a", "open:b"] && ended.count == 3)
        #expect(ended.allSatisfy { $0.attachment == $0.channel.text })
        #expect(harness.machine.phase == .closed && harness.machine.subscriptionCount == 0)
        #expect(harness.machine.closed().isEmpty)
        guard case .undo = harness.makeLive(pending) else { throw Failure() }
        #expect(harness.machine.closed().isEmpty)
    }

    private static func requests(about channel: ChannelName) -> [Command.Request] {
        [
            .subscribe(SubscribeRequest(channel: channel)), .unsubscribe(channel: channel),
            .publish(PublishRequest(channel: channel, data: [1])), .presence(channel: channel),
            .presenceStats(channel: channel), .history(HistoryRequest(channel: channel)),
            .subRefresh(SubRefreshRequest(channel: channel, token: "s")),
        ]
    }

    private static let requestsWithoutChannel: [Command.Request] = [
        .connect(ConnectRequest()), .send(data: [1]), .rpc(RPCRequest(method: "m", data: [])), .refresh(token: "t"),
        .ping, .pong, .unknown,
    ]

    private struct Failure: Error {}
}
