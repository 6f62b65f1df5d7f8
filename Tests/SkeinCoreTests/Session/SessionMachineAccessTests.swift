import SkeinCore
import Testing

/// The matrix of what a session is, what it asks and what the rules say. A forbidden command is answered with 103 and
/// never becomes an action that reaches the broker.
@Suite struct SessionMachineAccessTests {
    /// How the session stands to the channel.
    enum Standing: CaseIterable {
        case outside
        case subscribed
        case subscribedWithToken
        case subscribedByServer
        /// Was subscribed with a token and has left.
        case left
    }

    enum Question: CaseIterable {
        case publish
        case presence
        case presenceStats
        case history
    }

    private static let channel: ChannelName = "ns:a"

    private static func request(_ question: Question) -> Command.Request {
        switch question {
        case .publish: .publish(PublishRequest(channel: Self.channel, data: [1]))
        case .presence: .presence(channel: Self.channel)
        case .presenceStats: .presenceStats(channel: Self.channel)
        case .history: .history(HistoryRequest(channel: Self.channel, limit: 5))
        }
    }

    private static func answer(_ question: Question) -> SessionOutcome {
        switch question {
        case .publish: .publish(Self.channel)
        case .presence: .readPresence(Self.channel)
        case .presenceStats: .readPresenceStats(Self.channel)
        case .history: .readHistory(Self.channel)
        }
    }

    /// Rules under which only the question's own access value decides.
    private static func rules(_ question: Question, _ access: ChannelRules.Access, anonymous: Bool) -> ChannelRules {
        .with {
            $0.subscribe = .anyone
            $0.publish = question == .publish ? access : .nobody
            $0.readHistory = question == .history ? access : .nobody
            $0.readPresence = question == .presence || question == .presenceStats ? access : .nobody
            $0.allowsAnonymous = anonymous
            $0.presence = true
            $0.historySize = 1
            $0.historyTTL = .seconds(1)
        }
    }

    private static func session(_ standing: Standing, user: UserID, policy: SessionPolicy) throws -> SessionHarness {
        let isServerSide = standing == .subscribedByServer
        var harness = try SessionHarness.connected(
            user: user,
            subscriptions: isServerSide ? [ServerSubscription(channel: Self.channel)] : [],
            policy: policy
        )
        // Whoever may not subscribe by now would only test the `subscribe` command.
        harness.policy = .sample { $0.namespaces["ns"] = .with(from: .open) { $0.allowsAnonymous = true } }
        switch standing {
        case .outside, .subscribedByServer: break
        case .subscribed: try harness.subscribe(Self.channel)
        case .subscribedWithToken: try harness.subscribeWithToken(Self.channel)
        case .left:
            try harness.subscribeWithToken(Self.channel)
            #expect(harness.send(.unsubscribe(channel: Self.channel)).outcome == .unsubscribe(Self.channel))
        }
        harness.policy = policy
        return harness
    }

    @Test(arguments: Question.allCases)
    func `a command becomes an action only for those who may, in all 160 cells`(question: Question) throws {
        let enough: [ChannelRules.Access: Set<Standing>] = [
            .anyone: Set(Standing.allCases),
            .subscribers: [.subscribed, .subscribedWithToken, .subscribedByServer],
            .tokenHolders: [.subscribedWithToken],
            .nobody: [],
        ]
        var cells = 0
        for access in ChannelRules.Access.allCases {
            for standing in Standing.allCases {
                for bits in 0..<8 {
                    let (isAnonymous, allowsAnonymous, isInsecure) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
                    let policy = SessionPolicy.sample {
                        $0.namespaces["ns"] = Self.rules(question, access, anonymous: allowsAnonymous)
                        $0.isInsecure = isInsecure
                    }
                    var harness = try Self.session(standing, user: isAnonymous ? "" : "ann", policy: policy)
                    let isWelcome = allowsAnonymous || !isAnonymous
                    let isAllowed = isInsecure || (isWelcome && enough[access]?.contains(standing) == true)
                    let expected = isAllowed ? Self.answer(question) : .error(.permissionDenied)
                    #expect(harness.send(Self.request(question)).outcome == expected, "\(access) \(standing) \(bits)")
                    cells += 1
                }
            }
        }
        #expect(cells == 160)
    }

    @Test func `what the channel does not keep is 108 for those who may, and 103 for the others`() throws {
        var harness = try SessionHarness.connected(policy: .sample { $0.namespaces["secret"] = ChannelRules() })
        let bare: ChannelName = "bare:a"
        let secret: ChannelName = "secret:a"
        for (channel, expected) in [(bare, ErrorCode.notAvailable), (secret, .permissionDenied)] {
            #expect(harness.send(.presence(channel: channel)).outcome == .error(expected))
            #expect(harness.send(.presenceStats(channel: channel)).outcome == .error(expected))
            #expect(harness.send(.history(HistoryRequest(channel: channel))).outcome == .error(expected))
        }
    }

    @Test(
        arguments: [("nowhere:a", .unknownChannel), ("", .badRequest), ("open:a\n", .badRequest)]
            as [(ChannelName, ErrorCode)]
    )
    func `reading a channel that cannot be is refused`(row: (ChannelName, ErrorCode)) throws {
        var harness = try SessionHarness.connected()
        #expect(harness.send(.presence(channel: row.0)).outcome == .error(row.1))
        #expect(harness.send(.presenceStats(channel: row.0)).outcome == .error(row.1))
        #expect(harness.send(.history(HistoryRequest(channel: row.0))).outcome == .error(row.1))
    }

    @Test func `a history request reaches the broker as it came, with the channel's rules`() throws {
        var harness = try SessionHarness.connected()
        let since = StreamPosition(offset: .max, epoch: "k3")
        let request = HistoryRequest(channel: "open:a", limit: -1, since: since, reverse: true)
        guard case .readHistory(_, request, .open) = harness.send(.history(request)) else {
            Issue.record("the request was changed")
            return
        }
    }
}
