import SkeinCore
import Testing

/// What a subscription gets: the rules, what the client asks for and what a token or the server overrides.
@Suite struct SubscriptionPlanTests {
    private static let position = StreamPosition(offset: 4, epoch: "k3")

    private static func plan(_ request: SubscribeRequest) throws -> SubscriptionPlan {
        var harness = try SessionHarness.connected()
        return try #require(harness.send(.subscribe(request)).subscriptionPlan)
    }

    private static func plan(
        _ channel: ChannelName,
        recover: Bool = false,
        overriding change: (inout SubscriptionOverrides) -> Void
    ) throws -> SubscriptionPlan {
        var overrides = SubscriptionOverrides()
        change(&overrides)
        var harness = try SessionHarness.connected()
        let action = try harness.subscribe(
            channel,
            verification: .success(SubscriptionGrant(user: "ann", channel: channel, overrides: overrides)),
            request: SubscribeRequest(channel: channel, recover: recover, position: Self.position)
        )
        return try #require(action.subscriptionPlan)
    }

    @Test(
        arguments: [
            ("open:a", false, false, false), ("open:a", true, false, false), ("recovering:a", false, true, true),
            ("asking:a", false, false, false), ("asking:a", true, true, true), ("bare:a", true, false, false),
        ] as [(ChannelName, Bool, Bool, Bool)]
    )
    func `recovery and positioning are granted as the rules and the request say`(
        row: (ChannelName, asked: Bool, isRecoverable: Bool, isPositioned: Bool)
    ) throws {
        let plan = try Self.plan(SubscribeRequest(channel: row.0, positioned: row.asked, recoverable: row.asked))
        #expect(plan.isRecoverable == row.isRecoverable && plan.isPositioned == row.isPositioned)
        #expect(plan.followsPositions == (row.isRecoverable || row.isPositioned))
    }

    @Test func `a recoverable subscription is positioned, and a positioned one need not be recoverable`() throws {
        let recoverable = try Self.plan(SubscribeRequest(channel: "asking:a", recoverable: true))
        #expect(recoverable.isRecoverable && recoverable.isPositioned)
        let positioned = try Self.plan(SubscribeRequest(channel: "asking:a", positioned: true))
        #expect(!positioned.isRecoverable && positioned.isPositioned && positioned.followsPositions)
    }

    @Test(
        arguments: [("recovering:a", true), ("asking:a", true), ("open:a", false), ("bare:a", false)]
            as [(ChannelName, Bool)]
    )
    func `a subscription recovers where its channel does`(row: (ChannelName, Bool)) throws {
        let asking = try Self.plan(SubscribeRequest(channel: row.0, recover: true, position: Self.position))
        #expect(asking.recoverSince == (row.1 ? Self.position : nil))
        let silent = try Self.plan(SubscribeRequest(channel: row.0, position: Self.position))
        #expect(silent.recoverSince == nil)
    }

    @Test(arguments: [(0, false), (1, false), (2, true), (3, true), (4, false), (.max, true)] as [(UInt64, Bool)])
    func `one bit of the flags rejects an impossible recovery`(row: (UInt64, Bool)) throws {
        #expect(try Self.plan(SubscribeRequest(channel: "recovering:a", flag: row.0)).rejectsUnrecovered == row.1)
    }

    @Test(
        arguments: [
            ("asking:a", "fossil", true), ("asking:a", "", false), ("asking:a", "xdelta", false),
            ("open:a", "fossil", false),
        ] as [(ChannelName, String, Bool)]
    )
    func `deltas are granted for the one known format where the rules allow them`(
        row: (ChannelName, String, Bool)
    ) throws {
        #expect(try Self.plan(SubscribeRequest(channel: row.0, delta: row.1)).delta == row.2)
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7])
    func `join and leave reach those who ask, or everybody where they are pushed`(bits: Int) throws {
        let (joinLeave, pushed, asked) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
        let policy = SessionPolicy.sample {
            $0.namespaces["open"]?.joinLeave = joinLeave
            $0.namespaces["open"]?.pushJoinLeave = pushed
        }
        var harness = try SessionHarness.connected(policy: policy)
        let action = harness.send(.subscribe(SubscribeRequest(channel: "open:a", joinLeave: asked)))
        let plan = try #require(action.subscriptionPlan)
        #expect(plan.receivesJoinLeave == (pushed || (joinLeave && asked)))
        #expect(plan.announcesJoinLeave == joinLeave && plan.entersPresence)
    }

    @Test(arguments: [true, false])
    func `a token overrides the rules of presence and of join and leave`(value: Bool) throws {
        let plan = try Self.plan(value ? "bare:a" : "open:a") {
            $0.presence = value
            $0.joinLeave = value
            $0.forcePushJoinLeave = value
        }
        #expect(plan.entersPresence == value && plan.announcesJoinLeave == value && plan.receivesJoinLeave == value)
    }

    @Test func `a token that overrides nothing leaves the rules`() throws {
        let plan = try Self.plan("recovering:a") { _ in }
        #expect(plan.isRecoverable && plan.isPositioned && plan.entersPresence && plan.announcesJoinLeave)
        #expect(!plan.receivesJoinLeave)
        #expect(plan.rules == ChannelRulebook.sample.namespaces["recovering"])
    }

    @Test func `a token grants recovery and positioning only where there is a history`() throws {
        let recovering = try Self.plan("open:a") { $0.forceRecovery = true }
        #expect(recovering.isRecoverable && recovering.isPositioned)
        let positioned = try Self.plan("open:a") { $0.forcePositioning = true }
        #expect(!positioned.isRecoverable && positioned.isPositioned)
        let impossible = try Self.plan("bare:a") {
            $0.forceRecovery = true
            $0.forcePositioning = true
        }
        #expect(!impossible.isRecoverable && !impossible.isPositioned)
    }

    /// Otherwise a client that was told `recoverable: true` comes back with its position, and silently loses what it
    /// missed.
    @Test func `a subscription that recovers because of its token recovers from the client's position`() throws {
        let plan = try Self.plan("open:a", recover: true) { $0.forceRecovery = true }
        #expect(plan.isRecoverable)
        #expect(plan.recoverSince == Self.position)
    }

    @Test func `a subscription that does not recover because of its token ignores the client's position`() throws {
        let plan = try Self.plan("recovering:a", recover: true) { $0.forceRecovery = false }
        #expect(!plan.isRecoverable)
        #expect(plan.recoverSince == nil)
    }

    @Test func `a server-side subscription that recovers because of its overrides recovers from the position`() throws {
        var overrides = SubscriptionOverrides()
        overrides.forceRecovery = true
        var harness = SessionHarness()
        let action = harness.connect(
            as: Credentials(
                user: "ann",
                subscriptions: [ServerSubscription(channel: "open:a", overrides: overrides)]
            ),
            request: ConnectRequest(
                token: "t",
                subs: ["open:a": SubscribeRequest(recover: true, position: Self.position)]
            )
        )
        let plan = try #require(action.connectPlan?.subscriptions.first)
        #expect(plan.isRecoverable)
        #expect(plan.recoverSince == Self.position)
    }
}
