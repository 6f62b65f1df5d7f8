import SkeinCore
import Testing

/// The channel of its own that every user may be subscribed to at connect.
@Suite struct SessionMachinePersonalChannelTests {
    private static func plans(
        user: UserID,
        namespace: String?,
        subscriptions: [ServerSubscription] = []
    ) throws -> [SubscriptionPlan] {
        var harness = SessionHarness(policy: .sample { $0.personalNamespace = namespace })
        let action = harness.connect(as: Credentials(user: user, subscriptions: subscriptions))
        return try #require(action.connectPlan, "refused with \(action.outcome)").subscriptions
    }

    @Test func `a user gets a personal channel where the rules name a namespace for it`() throws {
        #expect(try Self.plans(user: "ann", namespace: nil).isEmpty)
        #expect(try Self.plans(user: "ann", namespace: "").map(\.channel) == ["#ann"])
        #expect(try Self.plans(user: "ann", namespace: "open").map(\.channel) == ["open:#ann"])
    }

    @Test func `nobody in particular has no personal channel`() throws {
        #expect(try Self.plans(user: .anonymous, namespace: "open").isEmpty)
    }

    @Test func `a personal channel that the token names as well is made once, as the token says`() throws {
        let plans = try Self.plans(
            user: "ann",
            namespace: "open",
            subscriptions: [ServerSubscription(channel: "open:#ann", data: [1])]
        )
        #expect(plans.map(\.channel) == ["open:#ann"])
        #expect(plans.first?.data == [1])
    }

    @Test func `a personal channel counts against the limit`() {
        var limits = SessionLimits()
        limits.channels = 1
        let policy = SessionPolicy.sample(limits: limits) { $0.personalNamespace = "open" }
        for (subscriptions, expected) in [([], SessionOutcome.accept), (["open:a"], .disconnect(.channelLimit))]
            as [([ChannelName], SessionOutcome)]
        {
            var harness = SessionHarness(policy: policy)
            let action = harness.connect(
                as: Credentials(user: "ann", subscriptions: subscriptions.map { ServerSubscription(channel: $0) })
            )
            #expect(action.outcome == expected)
        }
    }

    @Test func `a personal channel recovers from the position that the client remembers`() throws {
        let known = StreamPosition(offset: 9, epoch: "k3")
        var harness = SessionHarness(policy: .sample { $0.personalNamespace = "recovering" })
        let action = harness.connect(
            as: Credentials(user: "u7"),
            request: ConnectRequest(
                token: "t",
                subs: ["recovering:#u7": SubscribeRequest(recover: true, position: known)]
            )
        )
        #expect(action.connectPlan?.subscriptions.map(\.recoverSince) == [known])
    }

    /// Whatever the server makes of such an id, it must not open the channel to somebody else.
    @Test(arguments: [("ann,bob", "bob"), ("ann,bob", "ann"), ("x#bob", "bob"), (",bob", "bob")] as [(UserID, UserID)])
    func `a user id that reads like a list does not open the personal channel to others`(
        row: (user: UserID, other: UserID)
    ) {
        var harness = SessionHarness(policy: .sample { $0.personalNamespace = "open" })
        let plans = harness.connect(as: Credentials(user: row.user)).connectPlan?.subscriptions ?? []
        #expect(plans.allSatisfy { !$0.channel.admits(row.other) })
    }

    @Test(arguments: ["", "open"])
    func `a user whose id contains a colon can connect`(namespace: String) {
        var harness = SessionHarness(policy: .sample { $0.personalNamespace = namespace })
        #expect(harness.connect(as: Credentials(user: "google:123")).outcome == .accept)
    }
}
