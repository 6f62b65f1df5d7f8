import SkeinCore
import Testing

@Suite struct ChannelRulesTests {
    /// Rules that cannot be kept, one that differs just enough to be, and a word of the complaint.
    struct Row: Sendable, CustomTestStringConvertible {
        var complaint: String
        var bad: @Sendable (inout ChannelRules) -> Void
        var good: @Sendable (inout ChannelRules) -> Void
        var testDescription: String { self.complaint }
    }

    private static let history: @Sendable (inout ChannelRules) -> Void = {
        $0.historySize = 1
        $0.historyTTL = .nanoseconds(1)
    }

    private static let rows: [Row] = [
        Row(complaint: "subscribe:", bad: { $0.subscribe = .subscribers }, good: { $0.subscribe = .nobody }),
        Row(complaint: "history_ttl", bad: { $0.historySize = 1 }, good: Self.history),
        Row(complaint: "history_size", bad: { $0.historyTTL = .seconds(1) }, good: Self.history),
        Row(
            complaint: "need a history",
            bad: { $0.recovery = .onRequest },
            good: Self.positions(\.recovery, .onRequest)
        ),
        Row(complaint: "need a history", bad: { $0.recovery = .always }, good: Self.positions(\.recovery, .always)),
        Row(
            complaint: "need a history",
            bad: { $0.positioning = .onRequest },
            good: Self.positions(\.positioning, .always)
        ),
        Row(
            complaint: "exclude_sender leaves gaps",
            bad: Self.recovering { $0.excludesSender = true },
            good: Self.recovering()
        ),
        Row(
            complaint: "slow_consumer: drop_oldest",
            bad: Self.recovering { $0.slowConsumer = .dropOldest },
            good: { $0.slowConsumer = .dropOldest }
        ),
        Row(
            complaint: "slow_consumer: keep_latest",
            bad: {
                $0.slowConsumer = .keepLatest
                $0.delta = true
            },
            good: {
                $0.slowConsumer = .close
                $0.delta = true
            }
        ),
        Row(
            complaint: "delta needs",
            bad: {
                $0.excludesSender = true
                $0.delta = true
            },
            good: { $0.excludesSender = true }
        ),
        Row(
            complaint: "maximum_members",
            bad: { $0.maximumMembers = 1 },
            good: {
                $0.maximumMembers = 1
                $0.presence = true
            }
        ),
        Row(
            complaint: "push_join_leave",
            bad: { $0.pushJoinLeave = true },
            good: {
                $0.pushJoinLeave = true
                $0.joinLeave = true
            }
        ),
    ]

    private static func positions(
        _ path: any WritableKeyPath<ChannelRules, ChannelRules.Grant> & Sendable,
        _ grant: ChannelRules.Grant
    ) -> @Sendable (inout ChannelRules) -> Void {
        {
            Self.history(&$0)
            $0[keyPath: path] = grant
        }
    }

    private static func recovering(
        _ change: @escaping @Sendable (inout ChannelRules) -> Void = { _ in }
    ) -> @Sendable (inout ChannelRules) -> Void {
        {
            Self.history(&$0)
            $0.recovery = .always
            change(&$0)
        }
    }

    @Test(arguments: Self.rows)
    func `rules that contradict each other are told apart from those that do not`(row: Row) throws {
        var bad = ChannelRules()
        row.bad(&bad)
        #expect(try #require(bad.contradiction).contains(row.complaint))
        var good = ChannelRules()
        row.good(&good)
        #expect(good.contradiction == nil)
    }

    @Test func `the default rules deny, and do not contradict themselves`() {
        let rules = ChannelRules()
        #expect(rules.contradiction == nil)
        #expect(rules.subscribe == .tokenHolders && rules.publish == .nobody && !rules.allowsAnonymous)
        #expect(rules.readHistory == .subscribers && rules.readPresence == .subscribers)
        #expect(!rules.hasHistory && !rules.hasPositions && !rules.presence && !rules.joinLeave)
        #expect(rules.slowConsumer == .close && rules.idempotencyWindow == .seconds(300))
    }

    @Test(arguments: [(0, 0, false), (1, 0, false), (0, 1, false), (1, 1, true), (-1, 1, false), (1, -1, false)])
    func `there is history when both its size and its time are positive`(row: (Int, Int64, Bool)) {
        let rules = ChannelRules.with {
            $0.historySize = row.0
            $0.historyTTL = .nanoseconds(row.1)
        }
        #expect(rules.hasHistory == row.2)
    }

    @Test func `positions are followed when recovery or positioning may be granted`() {
        for recovery in ChannelRules.Grant.allCases {
            for positioning in ChannelRules.Grant.allCases {
                let rules = ChannelRules.with {
                    $0.recovery = recovery
                    $0.positioning = positioning
                }
                #expect(rules.hasPositions == (recovery != .off || positioning != .off))
            }
        }
    }

    @Test func `the words of configuration are stable`() {
        #expect(ChannelRules.Access.allCases.map(\.rawValue) == ["anyone", "subscribers", "token_holders", "nobody"])
        #expect(ChannelRules.Grant.allCases.map(\.rawValue) == ["off", "on_request", "always"])
        #expect(ChannelRules.RecoveryMode.allCases.map(\.rawValue) == ["stream", "cache"])
        #expect(ChannelRules.PayloadKind.allCases.map(\.rawValue) == ["json", "binary"])
        #expect(ChannelRules.SlowConsumerPolicy.allCases.map(\.rawValue) == ["close", "drop_oldest", "keep_latest"])
    }
}
