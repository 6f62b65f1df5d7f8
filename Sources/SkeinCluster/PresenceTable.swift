import SkeinCore

/// Who is present on one topic inside ``MemoryBroker``. Confined to its shard.
///
/// Sessions of a user are counted beside the list, because the number of users is asked for more often than the list.
struct PresenceTable {
    private var members: [ByteText: ClientInfo] = [:]
    private var sessionsOfUser: [UserID: Int] = [:]

    /// How many sessions are present.
    var count: Int { self.members.count }

    /// Counts of sessions and users. O(1).
    var stats: PresenceStats {
        PresenceStats(clients: UInt32(clamping: self.members.count), users: UInt32(clamping: self.sessionsOfUser.count))
    }

    /// Everybody, in no order. O(members).
    var list: [PresenceMember] { self.members.values.map { PresenceMember(info: $0) } }

    /// Adds a session or replaces its entry; false, and nothing is changed, when `maximumMembers` others are present.
    /// O(1).
    mutating func enter(_ member: ClientInfo, maximumMembers: Int) -> Bool {
        let client = ByteText(member.client)
        let previous = self.members[client]
        let others = self.members.count - (previous == nil ? 0 : 1)
        if maximumMembers > 0, others >= maximumMembers { return false }
        if let previous { self.forgetSession(of: UserID(previous.user)) }
        self.members[client] = member
        self.sessionsOfUser[UserID(member.user), default: 0] += 1
        return true
    }

    /// Removes a session and returns it; nil when it is not present. O(1).
    mutating func leave(_ client: String) -> ClientInfo? {
        guard let member = self.members.removeValue(forKey: ByteText(client)) else { return nil }
        self.forgetSession(of: UserID(member.user))
        return member
    }

    private mutating func forgetSession(of user: UserID) {
        let sessions = self.sessionsOfUser[user, default: 0] - 1
        self.sessionsOfUser[user] = sessions > 0 ? sessions : nil
    }
}
