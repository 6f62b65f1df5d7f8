/// The answer to one command.
public struct Reply: Sendable {
    /// The command's id.
    public var id: UInt32
    /// What came of it.
    public var result: Result

    /// Makes a reply.
    public init(id: UInt32, _ result: Result) {
        self.id = id
        self.result = result
    }

    /// One case for each command that has a reply, and the error.
    public enum Result: Sendable {
        case error(ErrorCode)
        case connect(ConnectResult)
        case subscribe(SubscribeResult)
        case unsubscribe
        case publish
        case presence([PresenceMember])
        case presenceStats(PresenceStats)
        case history(HistoryResult)
        case ping
        case rpc(data: [UInt8])
        case refresh(RefreshResult)
        case subRefresh(SubRefreshResult)
    }
}

/// Accepts a session; also the content of the `connect` push.
public struct ConnectResult: Sendable {
    /// The id of the session.
    public var client: String
    /// Version of the server.
    public var version: String
    /// Seconds until the session must be refreshed; nil when it does not expire.
    public var ttl: UInt32?
    /// Application payload; nil when absent.
    public var data: [UInt8]?
    /// The server-side subscriptions, by channel.
    public var subs: [(channel: ChannelName, result: SubscribeResult)]
    /// Seconds between server pings; 0 when the server sends none.
    public var ping: UInt32
    /// Whether the client must answer pings.
    public var pong: Bool
    /// Secret handle of the session for other transports.
    public var session: String
    /// Name of the node.
    public var node: String

    /// Makes a result.
    public init(
        client: String,
        version: String,
        ttl: UInt32? = nil,
        data: [UInt8]? = nil,
        subs: [(channel: ChannelName, result: SubscribeResult)] = [],
        ping: UInt32 = 0,
        pong: Bool = false,
        session: String = "",
        node: String = ""
    ) {
        self.client = client
        self.version = version
        self.ttl = ttl
        self.data = data
        self.subs = subs
        self.ping = ping
        self.pong = pong
        self.session = session
        self.node = node
    }
}

/// Accepts a subscription.
public struct SubscribeResult: Sendable {
    /// Seconds until the subscription must be refreshed; nil when it does not expire.
    public var ttl: UInt32?
    /// Whether a later subscribe can recover.
    public var recoverable: Bool
    /// Whether gaps are detected.
    public var positioned: Bool
    /// Where the subscription starts: publications with greater offsets follow.
    public var position: StreamPosition
    /// What was missed, oldest first; empty unless `recovered`.
    public var publications: [Publication]
    /// Whether `publications` is all that was missed.
    public var recovered: Bool
    /// Whether recovery was asked for.
    public var wasRecovering: Bool
    /// Whether publications may come as deltas.
    public var delta: Bool
    /// Application payload; nil when absent.
    public var data: [UInt8]?

    /// Makes a result.
    public init(
        ttl: UInt32? = nil,
        recoverable: Bool = false,
        positioned: Bool = false,
        position: StreamPosition = StreamPosition(offset: 0, epoch: ""),
        publications: [Publication] = [],
        recovered: Bool = false,
        wasRecovering: Bool = false,
        delta: Bool = false,
        data: [UInt8]? = nil
    ) {
        self.ttl = ttl
        self.recoverable = recoverable
        self.positioned = positioned
        self.position = position
        self.publications = publications
        self.recovered = recovered
        self.wasRecovering = wasRecovering
        self.delta = delta
        self.data = data
    }
}

/// One session in a channel's presence.
public struct PresenceMember: Sendable, Equatable {
    /// The session; `info.client` is its id.
    public var info: ClientInfo

    /// Makes a member.
    public init(info: ClientInfo) {
        self.info = info
    }
}

/// How many are present.
public struct PresenceStats: Sendable, Equatable {
    /// Sessions.
    public var clients: UInt32
    /// Different users among them.
    public var users: UInt32

    /// Makes a count.
    public init(clients: UInt32, users: UInt32) {
        self.clients = clients
        self.users = users
    }
}

/// A part of a channel's history.
public struct HistoryResult: Sendable {
    /// In the order that was asked for.
    public var publications: [Publication]
    /// The newest position of the stream.
    public var position: StreamPosition

    /// Makes a result.
    public init(publications: [Publication], position: StreamPosition) {
        self.publications = publications
        self.position = position
    }
}

/// Extends a session.
public struct RefreshResult: Sendable, Equatable {
    /// The id of the session.
    public var client: String
    /// Version of the server.
    public var version: String
    /// Seconds until the next refresh; nil when the session no longer expires.
    public var ttl: UInt32?

    /// Makes a result.
    public init(client: String, version: String, ttl: UInt32?) {
        self.client = client
        self.version = version
        self.ttl = ttl
    }
}

/// Extends a subscription.
public struct SubRefreshResult: Sendable, Equatable {
    /// Seconds until the next refresh; nil when the subscription no longer expires.
    public var ttl: UInt32?

    /// Makes a result.
    public init(ttl: UInt32?) {
        self.ttl = ttl
    }
}
