/// Everything that is needed to make one subscription, once it is allowed.
public struct SubscriptionPlan: Sendable {
    /// Where to.
    public var channel: ChannelName
    /// The channel's rules when the subscription was asked for.
    public var rules: ChannelRules
    /// Who asked.
    public var origin: SubscriptionOrigin
    /// Whether gaps are detected.
    public var isPositioned: Bool
    /// Whether it can recover later.
    public var isRecoverable: Bool
    /// What the client saw last; nil when it does not recover now.
    public var recoverSince: StreamPosition?
    /// Answer an impossible recovery with error 112.
    public var rejectsUnrecovered: Bool
    /// Whether publications may come as deltas.
    public var delta: Bool
    /// Whether the session enters presence.
    public var entersPresence: Bool
    /// Whether its join and leave are published.
    public var announcesJoinLeave: Bool
    /// Whether it gets the joins and leaves of others.
    public var receivesJoinLeave: Bool
    /// The session as others on this channel see it.
    public var info: ClientInfo
    /// Whether a subscription token opened it.
    public var holdsToken: Bool
    /// Time until it expired at the moment of the decision, for the client; nil for never.
    public var timeLeft: Duration?
    /// When it expires.
    public var expiresAt: MonotonicInstant
    /// Application payload for the client.
    public var data: [UInt8]?

    /// Whether the stream's position matters to it.
    public var followsPositions: Bool { self.isPositioned || self.isRecoverable }
}

/// Who asked for a subscription.
public enum SubscriptionOrigin: Sendable, Equatable {
    /// A subscribe command with this id.
    case client(commandID: UInt32)
    /// The connection token, at connect.
    case connect
    /// The server API.
    case server

    /// Whether the client manages the subscription itself.
    public var isClient: Bool {
        if case .client = self { true } else { false }
    }
}
