import SkeinCluster
import SkeinCore

/// Who is there (G14).
extension BrokerContract {
    static let presenceCases: [Case] = [
        Case("nobody is present on an unknown topic") { broker in
            try await Self.expectPresence(broker, of: broker.topic(), [], users: 0)
        },
        Case("who entered is present with all that is known, until it leaves") { broker in
            let topic = broker.topic()
            let alice = ClientInfo(user: "alice", client: "a", connectionInfo: [0, 255], channelInfo: [])
            let bob = ClientInfo(user: "bob", client: "b")
            let entered = [try await broker.enter(alice, into: topic), try await broker.enter(bob, into: topic)]
            try ContractViolation.checkEqual(entered, [true, true], "entered")
            try await Self.expectPresence(broker, of: topic, [alice, bob], users: 2)
            try ContractViolation.checkEqual(try await broker.leave("a", from: topic), true, "was there")
            try await Self.expectPresence(broker, of: topic, [bob], users: 1)
            try ContractViolation.checkEqual(try await broker.leave("b", from: topic), true, "was there")
            try await Self.expectPresence(broker, of: topic, [], users: 0)
        },
        Case("leaving without having entered changes nothing and says so") { broker in
            let topic = broker.topic()
            try ContractViolation.checkEqual(try await broker.leave("a", from: topic), false, "was there")
            let alice = ClientInfo(user: "alice", client: "a")
            try await broker.enter(alice, into: topic)
            try ContractViolation.checkEqual(try await broker.leave("alice", from: topic), false, "was there")
            try await Self.expectPresence(broker, of: topic, [alice], users: 1)
            try await broker.leave("a", from: topic)
            try ContractViolation.checkEqual(try await broker.leave("a", from: topic), false, "was there twice")
        },
        Case("entering again replaces the entry, also with another user") { broker in
            let topic = broker.topic()
            try await broker.enter(ClientInfo(user: "alice", client: "a"), into: topic)
            let updated = ClientInfo(user: "alice", client: "a", channelInfo: [1])
            try await broker.enter(updated, into: topic)
            try await Self.expectPresence(broker, of: topic, [updated], users: 1)
            let other = ClientInfo(user: "bob", client: "a")
            try await broker.enter(other, into: topic)
            try await Self.expectPresence(broker, of: topic, [other], users: 1)
            try await broker.leave("a", from: topic)
            try await Self.expectPresence(broker, of: topic, [], users: 0)
        },
        Case("a user counts once until the last of its sessions leaves") { broker in
            let topic = broker.topic()
            let sessions = ["a", "b", "c"].map { ClientInfo(user: "alice", client: $0) }
            for session in sessions { try await broker.enter(session, into: topic) }
            try await Self.expectPresence(broker, of: topic, sessions, users: 1)
            let replaced = ClientInfo(user: "bob", client: "b")
            try await broker.enter(replaced, into: topic)
            try await Self.expectPresence(broker, of: topic, [sessions[0], replaced, sessions[2]], users: 2)
            try await broker.leave("a", from: topic)
            try await Self.expectPresence(broker, of: topic, [replaced, sessions[2]], users: 2)
            try await broker.leave("c", from: topic)
            try await Self.expectPresence(broker, of: topic, [replaced], users: 1)
        },
        Case("users are told apart by their bytes, and the anonymous one is a user") { broker in
            let topic = broker.topic()
            let users = ["\u{E9}", "e\u{301}", "", "K", "\u{212A}"]
            let sessions = users.enumerated().map { ClientInfo(user: $1, client: "\($0)") }
            for session in sessions { try await broker.enter(session, into: topic) }
            try await Self.expectPresence(broker, of: topic, sessions, users: 5)
            try await broker.leave("0", from: topic)
            try await Self.expectPresence(broker, of: topic, Array(sessions.dropFirst()), users: 4)
        },
        Case("a full topic turns newcomers away and lets its members enter again") { broker in
            let topic = broker.topic()
            let members = ["a", "b"].map { ClientInfo(user: $0, client: $0) }
            for member in members {
                let isAccepted = try await broker.enter(member, into: topic, maximumMembers: 2)
                try ContractViolation.checkEqual(isAccepted, true, "accepted below the limit")
            }
            let newcomer = ClientInfo(user: "c", client: "c")
            let isTurnedAway = try await broker.enter(newcomer, into: topic, maximumMembers: 2)
            try ContractViolation.checkEqual(isTurnedAway, false, "accepted at the limit")
            try await Self.expectPresence(broker, of: topic, members, users: 2)
            let returning = ClientInfo(user: "d", client: "b")
            let isAcceptedAgain = try await broker.enter(returning, into: topic, maximumMembers: 2)
            try ContractViolation.checkEqual(isAcceptedAgain, true, "accepted again")
            try await Self.expectPresence(broker, of: topic, [members[0], returning], users: 2)
            try await broker.leave("a", from: topic)
            let isAcceptedLater = try await broker.enter(newcomer, into: topic, maximumMembers: 2)
            try ContractViolation.checkEqual(isAcceptedLater, true, "accepted after somebody left")
            let isUnlimited = try await broker.enter(members[0], into: topic, maximumMembers: 0)
            try ContractViolation.checkEqual(isUnlimited, true, "accepted without a limit")
        },
        Case("one place is taken by one of many who enter at once") { broker in
            let topic = broker.topic()
            let pending = await broker.onThreads(16) { number in
                let member = ClientInfo(user: "u", client: "c\(number)")
                return broker.start { completion in
                    broker.broker.enter(
                        member,
                        into: topic,
                        announcesLeave: false,
                        maximumMembers: 1,
                        completion: completion
                    )
                }
            }
            var accepted = 0
            for result in pending where try await result.value() { accepted += 1 }
            try ContractViolation.checkEqual(accepted, 1, "accepted")
            try ContractViolation.checkEqual(try await broker.members(of: topic).count, 1, "members")
        },
        Case("presence belongs to its topic") { broker in
            let alice = ClientInfo(user: "alice", client: "a")
            let topics = [broker.topic("a"), broker.topic("b"), broker.topic("a", app: "other")]
            for topic in topics { try await broker.enter(alice, into: topic) }
            try await broker.leave("a", from: topics[0])
            try await Self.expectPresence(broker, of: topics[0], [], users: 0)
            try await Self.expectPresence(broker, of: topics[1], [alice], users: 1)
            try await Self.expectPresence(broker, of: topics[2], [alice], users: 1)
        },
    ]

    private static func expectPresence(
        _ broker: ContractEnvironment,
        of topic: Topic,
        _ members: [ClientInfo],
        users: UInt32,
        line: Int = #line
    ) async throws {
        let present = try await broker.members(of: topic)
        let names = present.map { "\($0.client) of \($0.user)" }
        let isSame = present == members.sorted { $0.client < $1.client }
        try ContractViolation.check(isSame, "present: \(names)", line: line)
        let stats = try await broker.stats(of: topic)
        let expected = PresenceStats(clients: UInt32(members.count), users: users)
        try ContractViolation.checkEqual(stats, expected, "counts", line: line)
    }
}
