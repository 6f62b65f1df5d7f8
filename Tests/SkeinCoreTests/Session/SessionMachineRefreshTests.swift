import SkeinCore
import Testing

/// The `refresh` and `sub_refresh` commands.
@Suite struct SessionMachineRefreshTests {
    private static func refresh(
        _ harness: inout SessionHarness,
        _ outcome: Result<Credentials, TokenRejection>
    ) -> SessionHarness.Action {
        #expect(harness.send(.refresh(token: "t2")).outcome == .verifyRefresh(token: "t2"))
        return harness.machine.refreshed(outcome, id: harness.lastID, policy: harness.policy, now: harness.now)
    }

    private static func refresh(
        _ harness: inout SessionHarness,
        _ channel: ChannelName,
        _ outcome: Result<SubscriptionGrant, TokenRejection>
    ) -> SessionHarness.Action {
        let action = harness.send(.subRefresh(SubRefreshRequest(channel: channel, token: "s2")))
        #expect(action.outcome == .verifySubRefresh(channel, token: "s2"))
        return harness.machine.refreshedSubscription(
            outcome,
            id: harness.lastID,
            channel: channel,
            policy: harness.policy,
            now: harness.now
        )
    }

    @Test(
        arguments: [
            (.success(Credentials(user: "ann", timeLeft: .seconds(1))), .reply(.refresh)),
            (.success(Credentials(user: "ann")), .reply(.refresh)),
            (.success(Credentials(user: "ann", timeLeft: .zero)), .error(.expired)),
            (.success(Credentials(user: "bob", timeLeft: .seconds(1))), .disconnect(.invalidToken)),
            (.success(Credentials(user: .anonymous)), .disconnect(.invalidToken)),
            (.success(Credentials(user: "bob", timeLeft: .zero)), .disconnect(.invalidToken)),
            (.failure(TokenRejection(.expired, reason: "exp")), .error(.tokenExpired)),
            (.failure(TokenRejection(.invalid, reason: "signature")), .disconnect(.invalidToken)),
        ] as [(Result<Credentials, TokenRejection>, SessionOutcome)]
    )
    func `a session is refreshed by a good token of its own user`(
        row: (Result<Credentials, TokenRejection>, SessionOutcome)
    ) throws {
        var harness = try SessionHarness.connected(timeLeft: .seconds(5))
        #expect(Self.refresh(&harness, row.0).outcome == row.1)
    }

    @Test func `a refreshed session lives from now on for what the new token says`() throws {
        var harness = try SessionHarness.connected(timeLeft: .seconds(5))
        harness.advance(.seconds(4))
        let credentials = Credentials(user: "ann", timeLeft: .milliseconds(2500))
        guard case .refresh(let result) = Self.refresh(&harness, .success(credentials)).reply?.result else {
            throw Failure()
        }
        #expect(result == RefreshResult(client: "client-1", version: "1.2.3", ttl: 3))
        #expect(harness.machine.deadline(policy: harness.policy) == min(harness.now + .milliseconds(27_500), Self.ping))
        guard case .refresh(let endless) = Self.refresh(&harness, .success(Credentials(user: "ann"))).reply?.result
        else { throw Failure() }
        #expect(endless.ttl == nil)
        #expect(harness.machine.deadline(policy: harness.policy) == Self.ping)
    }

    /// When the first ping of a harness is due.
    private static let ping = MonotonicInstant(nanoseconds: 1_000_000_000_000) + .seconds(25)

    @Test func `a refused refresh leaves the lifetime as it was`() throws {
        var harness = try SessionHarness.connected(timeLeft: .seconds(-1) + .seconds(2))
        let expired = Result<Credentials, TokenRejection>.failure(TokenRejection(.expired, reason: "exp"))
        _ = Self.refresh(&harness, expired)
        harness.machine.keepAlive = KeepAlive()
        #expect(harness.machine.deadline(policy: harness.policy) == harness.now + .seconds(26))
    }

    @Test func `a refresh without a token is a bad request`() throws {
        var harness = try SessionHarness.connected()
        try harness.subscribe("open:a")
        #expect(harness.send(.refresh(token: "")).outcome == .error(.badRequest))
        let request = SubRefreshRequest(channel: "open:a", token: "")
        #expect(harness.send(.subRefresh(request)).outcome == .error(.badRequest))
    }

    @Test(arguments: ["open:never", "open:server", "nowhere:a", ""] as [ChannelName])
    func `only a subscription that the client made is refreshed by it`(channel: ChannelName) throws {
        var harness = try SessionHarness.connected(subscriptions: [ServerSubscription(channel: "open:server")])
        let request = SubRefreshRequest(channel: channel, token: "s")
        #expect(harness.send(.subRefresh(request)).outcome == .error(.badRequest))
    }

    @Test(
        arguments: [
            (.success(SubscriptionGrant(user: "ann", channel: "token:a", timeLeft: .seconds(1))), .reply(.subRefresh)),
            (.success(SubscriptionGrant(user: "ann", channel: "token:a", client: "client-1")), .reply(.subRefresh)),
            (.success(SubscriptionGrant(user: "ann", channel: "token:a", timeLeft: .zero)), .error(.expired)),
            (.success(SubscriptionGrant(user: "bob", channel: "token:a")), .disconnect(.invalidToken)),
            (.success(SubscriptionGrant(user: "ann", channel: "token:b")), .disconnect(.invalidToken)),
            (.success(SubscriptionGrant(user: "ann", channel: "token:a", client: "c2")), .disconnect(.invalidToken)),
            (.failure(TokenRejection(.expired, reason: "exp")), .error(.tokenExpired)),
            (.failure(TokenRejection(.invalid, reason: "signature")), .disconnect(.invalidToken)),
        ] as [(Result<SubscriptionGrant, TokenRejection>, SessionOutcome)]
    )
    func `a subscription is refreshed by a good token of its own`(
        row: (Result<SubscriptionGrant, TokenRejection>, SessionOutcome)
    ) throws {
        var harness = try SessionHarness.connected()
        try harness.subscribeWithToken("token:a", timeLeft: .seconds(5))
        #expect(Self.refresh(&harness, "token:a", row.0).outcome == row.1)
    }

    @Test func `a refreshed subscription lives from now on for what the new token says`() throws {
        var harness = try SessionHarness.connected()
        harness.machine.keepAlive = KeepAlive()
        try harness.subscribeWithToken("token:a", timeLeft: .seconds(5))
        harness.advance(.seconds(4))
        let grant = SubscriptionGrant(user: "ann", channel: "token:a", timeLeft: .milliseconds(2500))
        guard case .subRefresh(let result) = Self.refresh(&harness, "token:a", .success(grant)).reply?.result
        else { throw Failure() }
        #expect(result == SubRefreshResult(ttl: 3))
        #expect(harness.machine.deadline(policy: harness.policy) == harness.now + .milliseconds(27_500))
        _ = Self.refresh(&harness, "token:a", .success(SubscriptionGrant(user: "ann", channel: "token:a")))
        #expect(harness.machine.deadline(policy: harness.policy) == .distantFuture)
    }

    @Test func `a refresh that is verified after the subscription has ended is a bad request`() throws {
        var harness = try SessionHarness.connected()
        try harness.subscribeWithToken("token:a")
        _ = harness.send(.subRefresh(SubRefreshRequest(channel: "token:a", token: "s2")))
        _ = harness.machine.unsubscribeByServer("token:a", code: .server)
        let action = harness.machine.refreshedSubscription(
            .success(SubscriptionGrant(user: "ann", channel: "token:a")),
            id: harness.lastID,
            channel: "token:a",
            policy: harness.policy,
            now: harness.now
        )
        #expect(action.outcome == .error(.badRequest) && harness.machine.subscriptionCount == 0)
    }

    @Test func `a verification that comes after the end does nothing`() throws {
        var harness = try SessionHarness.connected()
        try harness.subscribeWithToken("token:a")
        _ = harness.machine.closed()
        let (policy, now) = (harness.policy, harness.now)
        let bad = TokenRejection(.invalid, reason: "")
        #expect(harness.machine.refreshed(.failure(bad), id: 1, policy: policy, now: now).outcome == .none)
        let late = harness.machine.refreshedSubscription(
            .failure(bad),
            id: 1,
            channel: "token:a",
            policy: policy,
            now: now
        )
        #expect(late.outcome == .none)
    }

    @Test func `a subscription that was opened without a token does not hold one after a refresh`() throws {
        var harness = try SessionHarness.connected(policy: .sample { $0.namespaces["token"]?.subscribe = .anyone })
        try harness.subscribe("token:a")
        _ = Self.refresh(&harness, "token:a", .success(SubscriptionGrant(user: "ann", channel: "token:a")))
        let publish = PublishRequest(channel: "token:a", data: [1])
        #expect(harness.send(.publish(publish)).outcome == .error(.permissionDenied))
    }

    private struct Failure: Error {}
}
