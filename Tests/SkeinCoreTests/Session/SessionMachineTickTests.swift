import SkeinCore
import Testing

/// What time alone brings to a session.
@Suite struct SessionMachineTickTests {
    /// A tick in a form that can be compared.
    enum Tick: Equatable {
        case none
        case sendPing
        case disconnect(DisconnectCode)
        case expire(Set<ChannelName>)
    }

    private static func tick(_ harness: inout SessionHarness) -> Tick {
        switch harness.tick() {
        case .none: .none
        case .sendPing: .sendPing
        case .disconnect(let code): .disconnect(code)
        case .expire(let ended): .expire(Set(ended.map(\.channel)))
        }
    }

    /// A session that is never pinged, so that only expiry is seen.
    private static func quiet(
        timeLeft: Duration? = nil,
        subscriptions: [ServerSubscription] = []
    ) throws -> SessionHarness {
        var harness = try SessionHarness.connected(timeLeft: timeLeft, subscriptions: subscriptions)
        harness.machine.keepAlive = KeepAlive()
        return harness
    }

    @Test func `nothing happens by itself before the session is accepted and after it has closed`() throws {
        var harness = SessionHarness()
        harness.advance(.seconds(1_000_000))
        #expect(Self.tick(&harness) == .none && harness.machine.deadline(policy: harness.policy) == .distantFuture)
        _ = harness.connect(as: Credentials(user: "ann", timeLeft: .seconds(1)))
        harness.advance(.seconds(1_000_000))
        #expect(Self.tick(&harness) == .none && harness.machine.deadline(policy: harness.policy) == .distantFuture)
        harness = try .connected(timeLeft: .seconds(1))
        _ = harness.machine.closed()
        harness.advance(.seconds(1_000_000))
        #expect(Self.tick(&harness) == .none && harness.machine.deadline(policy: harness.policy) == .distantFuture)
    }

    @Test func `a session is pinged, and ends with 3012 when it does not answer`() throws {
        var harness = try SessionHarness.connected()
        #expect(harness.machine.deadline(policy: harness.policy) == harness.now + .seconds(25))
        harness.advance(.seconds(25) - .nanoseconds(1))
        #expect(Self.tick(&harness) == .none)
        harness.advance(.nanoseconds(1))
        #expect(Self.tick(&harness) == .sendPing)
        #expect(harness.machine.deadline(policy: harness.policy) == harness.now + .seconds(8))
        harness.advance(.seconds(8) - .nanoseconds(1))
        #expect(Self.tick(&harness) == .none)
        harness.advance(.nanoseconds(1))
        #expect(Self.tick(&harness) == .disconnect(.noPong))
    }

    @Test func `a session that answers lives on`() throws {
        var harness = try SessionHarness.connected()
        for _ in 0..<20 {
            harness.advance(.seconds(25))
            #expect(Self.tick(&harness) == .sendPing)
            #expect(harness.send(.pong).outcome == .none)
            #expect(Self.tick(&harness) == .none)
        }
    }

    @Test func `other commands are no answer to a ping`() throws {
        var harness = try SessionHarness.connected()
        harness.advance(.seconds(25))
        #expect(Self.tick(&harness) == .sendPing)
        harness.advance(.seconds(8))
        #expect(harness.send(.ping).outcome == .reply(.ping))
        #expect(Self.tick(&harness) == .disconnect(.noPong))
    }

    @Test func `a session ends with 3005, 25 seconds after its token has expired and no sooner`() throws {
        var harness = try Self.quiet(timeLeft: .seconds(100))
        #expect(harness.machine.deadline(policy: harness.policy) == harness.now + .seconds(125))
        harness.advance(.seconds(125) - .nanoseconds(1))
        #expect(Self.tick(&harness) == .none)
        harness.advance(.nanoseconds(1))
        #expect(Self.tick(&harness) == .disconnect(.expired))
    }

    @Test func `a session that expires while its pong is missing ends as expired`() throws {
        var harness = try SessionHarness.connected(timeLeft: .seconds(1))
        harness.advance(.seconds(25))
        #expect(Self.tick(&harness) == .sendPing)
        harness.advance(.seconds(60))
        #expect(Self.tick(&harness) == .disconnect(.expired))
    }

    @Test func `the server extends a session or makes it endless`() throws {
        var harness = try Self.quiet(timeLeft: .seconds(1))
        #expect(harness.machine.extend(by: .milliseconds(1500), now: harness.now) == 2)
        #expect(harness.machine.deadline(policy: harness.policy) == harness.now + .milliseconds(26_500))
        #expect(harness.machine.extend(by: nil, now: harness.now) == nil)
        #expect(harness.machine.deadline(policy: harness.policy) == .distantFuture)
        #expect(harness.machine.extend(by: .seconds(-30), now: harness.now) == 0)
        #expect(Self.tick(&harness) == .disconnect(.expired))
    }

    @Test func `subscriptions end 25 seconds after their tokens have expired, each in its time`() throws {
        var harness = try Self.quiet()
        try harness.subscribeWithToken("token:a", timeLeft: .seconds(10))
        try harness.subscribeWithToken("token:b", timeLeft: .seconds(10))
        try harness.subscribeWithToken("token:c", timeLeft: .seconds(20))
        try harness.subscribeWithToken("token:d")
        #expect(harness.machine.deadline(policy: harness.policy) == harness.now + .seconds(35))
        harness.advance(.seconds(35) - .nanoseconds(1))
        #expect(Self.tick(&harness) == .none)
        harness.advance(.nanoseconds(1))
        #expect(Self.tick(&harness) == .expire(["token:a", "token:b"]))
        #expect(Self.tick(&harness) == .none)
        #expect(harness.machine.deadline(policy: harness.policy) == harness.now + .seconds(10))
        harness.advance(.seconds(10))
        #expect(Self.tick(&harness) == .expire(["token:c"]))
        #expect(harness.machine.liveChannels == ["token:d"])
        #expect(harness.machine.deadline(policy: harness.policy) == .distantFuture)
    }

    @Test func `an expired subscription gives back what was attached, and its rights`() throws {
        var harness = try Self.quiet()
        try harness.subscribeWithToken("token:a", timeLeft: .seconds(1))
        let publish = PublishRequest(channel: "token:a", data: [1])
        #expect(harness.send(.publish(publish)).outcome == .publish("token:a"))
        harness.advance(.seconds(26))
        guard case .expire(let ended) = harness.tick() else {
            Issue.record("the subscription lives on")
            return
        }
        #expect(ended.map(\.attachment) == ["token:a"])
        #expect(harness.send(.publish(publish)).outcome == .error(.permissionDenied))
        #expect(harness.machine.closed().isEmpty)
    }

    @Test func `a session whose server-side subscription expires ends with 3006`() throws {
        var harness = try Self.quiet(
            subscriptions: [ServerSubscription(channel: "open:server", timeLeft: .seconds(10))]
        )
        try harness.subscribeWithToken("token:a", timeLeft: .seconds(10))
        harness.advance(.seconds(35) - .nanoseconds(1))
        #expect(Self.tick(&harness) == .none)
        harness.advance(.nanoseconds(1))
        #expect(Self.tick(&harness) == .disconnect(.subscriptionExpired))
        #expect(harness.machine.closed().count == 2)
    }

    @Test func `a ping that is due does not hide an expiry`() throws {
        var harness = try SessionHarness.connected()
        try harness.subscribeWithToken("token:a", timeLeft: .zero + .nanoseconds(1))
        harness.advance(.seconds(26))
        #expect(Self.tick(&harness) == .sendPing)
        #expect(harness.machine.deadline(policy: harness.policy) <= harness.now, "the shell ticks again at once")
        #expect(Self.tick(&harness) == .expire(["token:a"]))
    }

    /// The token says when the subscription ends, however long it takes to make it (G13).
    @Test func `the time that making a subscription takes does not extend it`() throws {
        var harness = try Self.quiet()
        let decided = harness.now
        let grant = SubscriptionGrant(user: "ann", channel: "token:a", timeLeft: .seconds(10))
        let action = try harness.subscribe("token:a", verification: .success(grant))
        harness.advance(.seconds(5))
        _ = harness.makeLive(try #require(action.subscriptionPlan))
        #expect(harness.machine.deadline(policy: harness.policy) == decided + .seconds(35))
    }

    @Test func `the time that accepting a session takes does not extend its subscriptions`() throws {
        var harness = SessionHarness()
        let decided = harness.now
        let subscription = ServerSubscription(channel: "open:a", timeLeft: .seconds(10))
        let action = harness.connect(as: Credentials(user: "ann", subscriptions: [subscription]))
        harness.advance(.seconds(5))
        harness.finish(try #require(action.connectPlan))
        harness.machine.keepAlive = KeepAlive()
        #expect(harness.machine.deadline(policy: harness.policy) == decided + .seconds(35))
    }
}
