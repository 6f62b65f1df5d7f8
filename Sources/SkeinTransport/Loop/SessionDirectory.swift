import SkeinCore

/// The connected sessions of one event loop, by id and by user. Confined to its event loop.
struct SessionDirectory {
    private var byClient: [String: SessionHandler] = [:]
    private var byUser: [UserID: [SessionHandler]] = [:]
    private let census: UserCensus

    /// Nobody yet. `census` is told of every user's first session here and of the end of the last.
    init(census: UserCensus) {
        self.census = census
    }

    /// Which sessions are meant. A field that is nil or empty says nothing; an empty user without a client or session means nobody.
    struct Selection: Sendable {
        var user: String?
        var client: String?
        var session: String?
        /// Sessions that are not meant after all.
        var except: Set<String> = []
    }

    /// Connected sessions. O(1).
    var count: Int { self.byClient.count }

    /// All of them, in no order. O(sessions).
    var all: [SessionHandler] { Array(self.byClient.values) }

    mutating func insert(_ session: SessionHandler) {
        self.byClient[session.clientID] = session
        guard !session.user.isAnonymous else { return }
        if self.byUser[session.user] == nil { self.census.enter(session.user) }
        self.byUser[session.user, default: []].append(session)
    }

    mutating func remove(_ session: SessionHandler) {
        self.byClient[session.clientID] = nil
        guard var sessions = self.byUser.removeValue(forKey: session.user) else { return }
        sessions.removeAll { $0 === session }
        if sessions.isEmpty { self.census.leave(session.user) } else { self.byUser[session.user] = sessions }
    }

    /// The sessions that are meant. O(sessions of the user).
    func select(_ selection: Selection) -> [SessionHandler] {
        let candidates: [SessionHandler]
        if let client = selection.client, !client.isEmpty {
            candidates = self.byClient[client].map { [$0] } ?? []
        } else if let session = selection.session, !session.isEmpty {
            candidates = self.byClient.values.filter { $0.sessionID == session }
        } else if let user = selection.user, !user.isEmpty {
            candidates = self.byUser[UserID(user)] ?? []
        } else {
            candidates = []
        }
        return candidates.filter { session in
            let isUser = selection.user.map { $0.isEmpty || UserID($0) == session.user } ?? true
            return isUser && !selection.except.contains(session.clientID)
        }
    }
}
