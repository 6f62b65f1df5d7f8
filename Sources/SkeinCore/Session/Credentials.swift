/// What a verified connection token says; the wall clock has been turned into time left by whoever verified it.
public struct Credentials: Sendable, Equatable {
    /// The user; empty for an anonymous session.
    public var user: UserID
    /// Time until the session expires; nil for never. Not positive when it already has.
    public var timeLeft: Duration?
    /// JSON, or any bytes from `b64info`, about the user for other clients.
    public var info: [UInt8]?
    /// Private to the server; JSON.
    public var meta: [UInt8]?
    /// Channels to subscribe the session to at connect.
    public var subscriptions: [ServerSubscription]

    /// Collects claims.
    public init(
        user: UserID,
        timeLeft: Duration? = nil,
        info: [UInt8]? = nil,
        meta: [UInt8]? = nil,
        subscriptions: [ServerSubscription] = []
    ) {
        self.user = user
        self.timeLeft = timeLeft
        self.info = info
        self.meta = meta
        self.subscriptions = subscriptions
    }
}

/// A subscription that the server makes: at connect from a token, or later through the server API.
public struct ServerSubscription: Sendable, Equatable {
    /// Where to.
    public var channel: ChannelName
    /// About the user on this channel, for other clients.
    public var info: [UInt8]?
    /// Application payload for the client.
    public var data: [UInt8]?
    /// Time until the subscription expires; nil for never.
    public var timeLeft: Duration?
    /// Where the client left off; nil for no recovery.
    public var recoverSince: StreamPosition?
    /// Deviations from the channel rules.
    public var overrides: SubscriptionOverrides

    /// Describes a subscription.
    public init(
        channel: ChannelName,
        info: [UInt8]? = nil,
        data: [UInt8]? = nil,
        timeLeft: Duration? = nil,
        recoverSince: StreamPosition? = nil,
        overrides: SubscriptionOverrides = SubscriptionOverrides()
    ) {
        self.channel = channel
        self.info = info
        self.data = data
        self.timeLeft = timeLeft
        self.recoverSince = recoverSince
        self.overrides = overrides
    }
}

/// Deviations of one subscription from its channel's rules; nil leaves the rule.
public struct SubscriptionOverrides: Sendable, Equatable {
    /// Whether the session enters presence.
    public var presence: Bool?
    /// Whether its join and leave are published.
    public var joinLeave: Bool?
    /// Whether it recovers.
    public var forceRecovery: Bool?
    /// Whether its gaps are detected.
    public var forcePositioning: Bool?
    /// Whether it gets join and leave events.
    public var forcePushJoinLeave: Bool?

    /// Changes nothing.
    public init() {}
}

/// What a verified subscription token says.
public struct SubscriptionGrant: Sendable, Equatable {
    /// The user it was made for.
    public var user: UserID
    /// The channel it opens.
    public var channel: ChannelName
    /// The session it was made for; nil for any session of the user.
    public var client: String?
    /// Time until the subscription expires; nil for never. Not positive when it already has.
    public var timeLeft: Duration?
    /// About the user on this channel, for other clients.
    public var info: [UInt8]?
    /// Deviations from the channel rules.
    public var overrides: SubscriptionOverrides

    /// Collects claims.
    public init(
        user: UserID,
        channel: ChannelName,
        client: String? = nil,
        timeLeft: Duration? = nil,
        info: [UInt8]? = nil,
        overrides: SubscriptionOverrides = SubscriptionOverrides()
    ) {
        self.user = user
        self.channel = channel
        self.client = client
        self.timeLeft = timeLeft
        self.info = info
        self.overrides = overrides
    }
}

/// Why a token was refused. The client learns only what the code says; `reason` is a label for metrics and logs.
public struct TokenRejection: Error, Sendable, Equatable {
    /// What the client gets.
    public var kind: Kind
    /// Metric label, from a closed set.
    public var reason: String

    /// What the client gets.
    public enum Kind: Sendable, Equatable {
        /// The token was good and its time is over: error 109, and the client fetches another.
        case expired
        /// Anything else.
        case invalid
    }

    /// Makes a rejection.
    public init(_ kind: Kind, reason: String) {
        self.kind = kind
        self.reason = reason
    }
}
