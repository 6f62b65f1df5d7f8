/// Decides whether a session may do something on a channel. Every command passes here, and nothing reaches the broker before.
///
/// Pure: the same question has the same answer, and the tests ask all of them.
public enum Authorizer {
    /// What is known of a session when it asks.
    public struct Subject: Sendable, Equatable {
        /// Empty for an anonymous session.
        public var user: UserID
        /// Whether it is subscribed to the channel.
        public var isSubscribed: Bool
        /// Whether that subscription was opened by a token.
        public var holdsToken: Bool

        /// Describes a session.
        public init(user: UserID, isSubscribed: Bool = false, holdsToken: Bool = false) {
            self.user = user
            self.isSubscribed = isSubscribed
            self.holdsToken = holdsToken
        }
    }

    /// The answer to a subscribe command.
    public enum SubscribeDecision: Sendable, Equatable {
        case allowed
        /// The token that came with the command decides.
        case verifyToken
        case denied(ErrorCode)
    }

    /// Whether a client may subscribe.
    ///
    /// The users on a user-limited channel's list need no token; others get none of it even with one. A token that is sent
    /// is always checked. `subscribe: nobody` leaves subscriptions to the server.
    public static func subscribe(
        to channel: ChannelName,
        rules: ChannelRules,
        user: UserID,
        hasToken: Bool,
        isInsecure: Bool
    ) -> SubscribeDecision {
        if isInsecure { return .allowed }
        if rules.subscribe == .nobody { return .denied(.permissionDenied) }
        if channel.isUserLimited, !channel.admits(user) { return .denied(.permissionDenied) }
        if user.isAnonymous, !rules.allowsAnonymous { return .denied(.permissionDenied) }
        if hasToken { return .verifyToken }
        if channel.isPrivate { return .denied(.permissionDenied) }
        if channel.isUserLimited || rules.subscribe == .anyone { return .allowed }
        return .denied(.permissionDenied)
    }

    /// Whether a client may publish, read history or read presence.
    public static func allows(
        _ access: ChannelRules.Access,
        subject: Subject,
        rules: ChannelRules,
        isInsecure: Bool
    ) -> Bool {
        if isInsecure { return true }
        if subject.user.isAnonymous, !rules.allowsAnonymous { return false }
        return switch access {
        case .anyone: true
        case .subscribers: subject.isSubscribed
        case .tokenHolders: subject.isSubscribed && subject.holdsToken
        case .nobody: false
        }
    }
}
