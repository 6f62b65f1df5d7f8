import SkeinCore
import Testing

/// How a session is accepted or refused.
@Suite struct SessionMachineConnectTests {
    private static func subscription(_ channel: ChannelName) -> ServerSubscription {
        ServerSubscription(channel: channel)
    }

    @Test func `a session has a life of four phases`() throws {
        var harness = SessionHarness()
        #expect(harness.machine.phase == .fresh)
        let plan = try #require(harness.connect(as: Credentials(user: "ann")).connectPlan)
        #expect(harness.machine.phase == .connecting)
        harness.finish(plan)
        #expect(harness.machine.phase == .connected)
        #expect(harness.machine.closed().isEmpty)
        #expect(harness.machine.phase == .closed)
        harness.machine.connected(firstPing: harness.now)
        #expect(harness.machine.phase == .closed)
    }

    @Test func `without a token a session is accepted only where that is allowed`() throws {
        var allowed = SessionHarness(policy: .sample(allowsAnonymous: true))
        #expect(allowed.send(.connect(ConnectRequest())).outcome == .accept)
        #expect(allowed.machine.user.isAnonymous && allowed.machine.info.user == "")
        var refused = SessionHarness(policy: .sample(allowsAnonymous: false))
        #expect(refused.send(.connect(ConnectRequest())).outcome == .disconnect(.invalidToken))
        var insecure = SessionHarness(policy: .sample(allowsAnonymous: false) { $0.isInsecure = true })
        #expect(insecure.send(.connect(ConnectRequest())).outcome == .accept)
    }

    @Test func `a token without a user is accepted even where a token is needed`() {
        var harness = SessionHarness(policy: .sample(allowsAnonymous: false))
        #expect(harness.connect(as: Credentials(user: .anonymous)).outcome == .accept)
    }

    @Test func `the token decides who the session is`() throws {
        let harness = try SessionHarness.connected(user: "ann", info: [7])
        #expect(harness.machine.user == "ann")
        #expect(harness.machine.info == ClientInfo(user: "ann", client: "client-1", connectionInfo: [7]))
        #expect(harness.machine.clientID == "client-1")
    }

    @Test func `the reply tells the client what it has to know`() throws {
        var limits = SessionLimits()
        limits.pingInterval = .milliseconds(24_500)
        var harness = SessionHarness(policy: .sample(limits: limits))
        let action = harness.connect(as: Credentials(user: "ann", timeLeft: .milliseconds(299_001)))
        let plan = try #require(action.connectPlan)
        #expect(plan.result.client == "client-1" && plan.result.version == "1.2.3" && plan.result.node == "node-a")
        #expect(plan.result.ttl == 300 && plan.result.ping == 25 && plan.result.pong)
        #expect(plan.result.subs.isEmpty && plan.subscriptions.isEmpty)
    }

    @Test func `a session that does not expire has no lifetime in its reply`() throws {
        var harness = SessionHarness()
        let plan = try #require(harness.connect(as: Credentials(user: "ann")).connectPlan)
        #expect(plan.result.ttl == nil)
    }

    @Test(
        arguments: [
            (.nanoseconds(1), 1), (.seconds(1), 1), (.milliseconds(1001), 2), (.seconds(1 << 33), .max),
            (.seconds(Int64.max), .max),
        ] as [(Duration, UInt32)]
    )
    func `a lifetime is rounded up to whole seconds that fit the wire`(row: (Duration, UInt32)) throws {
        var harness = SessionHarness()
        let plan = try #require(harness.connect(as: Credentials(user: "ann", timeLeft: row.0)).connectPlan)
        #expect(plan.result.ttl == row.1)
    }

    @Test func `no lifetime that a token can claim stops the process`() async {
        await #expect(processExitsWith: .success) {
            let longest = Duration(secondsComponent: .max, attosecondsComponent: 500_000_000_000_000_000)
            var harness = SessionHarness()
            _ = harness.connect(as: Credentials(user: "ann", timeLeft: longest))
        }
    }

    @Test(
        arguments: [
            (.failure(TokenRejection(.expired, reason: "exp")), .refuse(.tokenExpired, .connectionClosed)),
            (.failure(TokenRejection(.invalid, reason: "signature")), .disconnect(.invalidToken)),
            (.success(Credentials(user: "ann", timeLeft: .zero)), .refuse(.tokenExpired, .connectionClosed)),
            (.success(Credentials(user: "ann", timeLeft: .seconds(-5))), .refuse(.tokenExpired, .connectionClosed)),
            (.success(Credentials(user: "ann", timeLeft: .nanoseconds(1))), .accept),
        ] as [(Result<Credentials, TokenRejection>, SessionOutcome)]
    )
    func `an expired token is refused with 109, a bad one with 3500`(
        row: (Result<Credentials, TokenRejection>, SessionOutcome)
    ) {
        var harness = SessionHarness()
        #expect(harness.connect(row.0).outcome == row.1)
        #expect(harness.machine.phase == .connecting)
    }

    @Test func `a verification that comes before or after its time changes nothing`() throws {
        let credentials = Result<Credentials, TokenRejection>.success(Credentials(user: "eve"))
        var harness = SessionHarness()
        func verify(_ harness: inout SessionHarness) -> SessionOutcome {
            harness.machine.authenticated(
                credentials,
                request: ConnectRequest(token: "t"),
                id: 1,
                policy: harness.policy,
                now: harness.now
            ).outcome
        }
        #expect(verify(&harness) == .none)
        harness = try SessionHarness.connected(user: "ann")
        #expect(verify(&harness) == .none)
        #expect(harness.machine.user == "ann")
        _ = harness.machine.closed()
        #expect(verify(&harness) == .none)
    }

    @Test func `the subscriptions of the token are made before the reply, each once`() throws {
        var harness = SessionHarness()
        let subscriptions = ["open:a", "token:b", "open:a"].map { ServerSubscription(channel: ChannelName($0)) }
        let action = harness.connect(as: Credentials(user: "ann", subscriptions: subscriptions))
        let plan = try #require(action.connectPlan)
        #expect(plan.subscriptions.map(\.channel) == ["open:a", "token:b"])
        #expect(plan.subscriptions.allSatisfy { $0.origin == .connect && !$0.origin.isClient })
        #expect(harness.machine.subscriptionCount == 2 && harness.machine.liveChannels.isEmpty)
        harness.finish(plan)
        #expect(Set(harness.machine.liveChannels) == ["open:a", "token:b"])
    }

    @Test func `a subscription of the token carries what the token says about it`() throws {
        var overrides = SubscriptionOverrides()
        overrides.presence = false
        var harness = SessionHarness()
        let action = harness.connect(
            as: Credentials(
                user: "ann",
                info: [1],
                subscriptions: [
                    ServerSubscription(
                        channel: "open:a",
                        info: [2],
                        data: [3],
                        timeLeft: .seconds(9),
                        overrides: overrides
                    )
                ]
            )
        )
        let plan = try #require(action.connectPlan?.subscriptions.first)
        #expect(plan.info == ClientInfo(user: "ann", client: "client-1", connectionInfo: [1], channelInfo: [2]))
        #expect(plan.data == [3] && plan.timeLeft == .seconds(9))
        #expect(!plan.entersPresence && plan.announcesJoinLeave && !plan.holdsToken)
    }

    @Test func `positions of the connect command recover the server-side subscriptions that it names`() throws {
        let known = StreamPosition(offset: 9, epoch: "k3")
        let request = ConnectRequest(
            token: "t",
            subs: [
                "recovering:a": SubscribeRequest(recover: true, position: known),
                "recovering:b": SubscribeRequest(recover: false, position: known),
                "open:c": SubscribeRequest(recover: true, position: known),
                "recovering:stranger": SubscribeRequest(recover: true, position: known),
            ]
        )
        let channels: [ChannelName] = ["recovering:a", "recovering:b", "open:c", "recovering:d"]
        var harness = SessionHarness()
        let action = harness.connect(
            as: Credentials(user: "ann", subscriptions: channels.map { ServerSubscription(channel: $0) }),
            request: request
        )
        let plans = try #require(action.connectPlan).subscriptions
        #expect(plans.map(\.channel) == channels)
        #expect(plans.map(\.recoverSince) == [known, nil, nil, nil])
        #expect(plans.map(\.isRecoverable) == [true, true, false, true])
    }

    @Test func `as many subscriptions as the limit allows are accepted, and one more is not`() {
        var limits = SessionLimits()
        limits.channels = 3
        for (count, expected) in [(3, SessionOutcome.accept), (4, .disconnect(.channelLimit))] {
            var harness = SessionHarness(policy: .sample(limits: limits))
            let subscriptions = (0..<count).map { Self.subscription(ChannelName("open:\($0)")) }
            let action = harness.connect(as: Credentials(user: "ann", subscriptions: subscriptions))
            #expect(action.outcome == expected)
            #expect(harness.machine.subscriptionCount <= 3)
            #expect(harness.machine.closed().isEmpty, "nothing was made yet")
        }
    }

    @Test(arguments: ["", "no such:a", "nowhere:a", "open:a b"])
    func `a token that names a channel that cannot be ends the session`(text: String) {
        var harness = SessionHarness()
        let subscriptions = [Self.subscription("open:a"), Self.subscription(ChannelName(text))]
        let action = harness.connect(as: Credentials(user: "ann", subscriptions: subscriptions))
        #expect(action.outcome == .disconnect(.badRequest))
    }
}
