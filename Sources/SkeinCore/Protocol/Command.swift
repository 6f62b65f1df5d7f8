/// What a client asks for: one command of the client protocol, whatever wire format it came in.
///
/// Payloads (`data`) are opaque bytes. A codec that yields a command has validated them as far as its format says anything
/// about them: a JSON payload is well-formed JSON.
public struct Command: Sendable, Equatable {
    /// Chosen by the client, repeated in the reply; 0 for commands without a reply (`send`) and for a pong.
    public var id: UInt32
    /// What is asked.
    public var request: Request

    /// Makes a command.
    public init(id: UInt32, _ request: Request) {
        self.id = id
        self.request = request
    }

    /// One case for each command of the protocol.
    public enum Request: Sendable, Equatable {
        case connect(ConnectRequest)
        case subscribe(SubscribeRequest)
        case unsubscribe(channel: ChannelName)
        case publish(PublishRequest)
        case presence(channel: ChannelName)
        case presenceStats(channel: ChannelName)
        case history(HistoryRequest)
        case send(data: [UInt8])
        case rpc(RPCRequest)
        case refresh(token: String)
        case subRefresh(SubRefreshRequest)
        /// An explicit `ping` command (not the empty frame).
        case ping
        /// The empty command: the answer to a server ping.
        case pong
        /// A command with an id and no method that this server knows.
        case unknown
    }
}

/// The first command of a session.
public struct ConnectRequest: Sendable, Equatable {
    /// The connection token (JWT); empty when the client has none.
    public var token: String
    /// Application payload; nil when absent.
    public var data: [UInt8]?
    /// Name of the client application, for logs and metrics.
    public var name: String
    /// Version of the client application.
    public var version: String
    /// Positions that the client remembers of its server-side subscriptions.
    public var subs: [ChannelName: SubscribeRequest]

    /// Makes a request.
    public init(
        token: String = "",
        data: [UInt8]? = nil,
        name: String = "",
        version: String = "",
        subs: [ChannelName: SubscribeRequest] = [:]
    ) {
        self.token = token
        self.data = data
        self.name = name
        self.version = version
        self.subs = subs
    }
}

/// Asks for a subscription, or inside `connect` for the recovery of a server-side one.
public struct SubscribeRequest: Sendable, Equatable {
    /// Empty inside `connect`, where the map's key names the channel.
    public var channel: ChannelName
    /// The subscription token (JWT); empty when the channel needs none.
    public var token: String
    /// Whether to recover from `position`.
    public var recover: Bool
    /// What the client saw last.
    public var position: StreamPosition
    /// Application payload; nil when absent.
    public var data: [UInt8]?
    /// Asks for gap detection.
    public var positioned: Bool
    /// Asks for recovery.
    public var recoverable: Bool
    /// Asks for join and leave events.
    public var joinLeave: Bool
    /// The delta format that the client can apply; empty for none.
    public var delta: String
    /// Bit set; see ``rejectUnrecovered``.
    public var flag: UInt64
    /// The kind of subscription; 0, a stream, is the only one that this server has.
    public var type: Int32
    /// Whether a server-side tag filter (`tf`) was sent, which this server does not offer.
    public var hasTagFilter: Bool

    /// Bit of `flag`: answer an impossible recovery with error 112 instead of `recovered: false`.
    public static let rejectUnrecovered: UInt64 = 2

    /// Makes a request.
    public init(
        channel: ChannelName = "",
        token: String = "",
        recover: Bool = false,
        position: StreamPosition = StreamPosition(offset: 0, epoch: ""),
        data: [UInt8]? = nil,
        positioned: Bool = false,
        recoverable: Bool = false,
        joinLeave: Bool = false,
        delta: String = "",
        flag: UInt64 = 0,
        type: Int32 = 0,
        hasTagFilter: Bool = false
    ) {
        self.channel = channel
        self.token = token
        self.recover = recover
        self.position = position
        self.data = data
        self.positioned = positioned
        self.recoverable = recoverable
        self.joinLeave = joinLeave
        self.delta = delta
        self.flag = flag
        self.type = type
        self.hasTagFilter = hasTagFilter
    }
}

/// Publishes to a channel.
public struct PublishRequest: Sendable, Equatable {
    /// Where to.
    public var channel: ChannelName
    /// The payload.
    public var data: [UInt8]

    /// Makes a request.
    public init(channel: ChannelName, data: [UInt8]) {
        self.channel = channel
        self.data = data
    }
}

/// Reads a channel's history.
public struct HistoryRequest: Sendable, Equatable {
    /// Whose history.
    public var channel: ChannelName
    /// 0 for the position only, negative for as many as the server allows.
    public var limit: Int32
    /// Where to start, exclusive; nil for the beginning (or the end when `reverse`).
    public var since: StreamPosition?
    /// Newest first.
    public var reverse: Bool

    /// Makes a request.
    public init(channel: ChannelName, limit: Int32 = 0, since: StreamPosition? = nil, reverse: Bool = false) {
        self.channel = channel
        self.limit = limit
        self.since = since
        self.reverse = reverse
    }
}

/// Calls a method of the server.
public struct RPCRequest: Sendable, Equatable {
    /// Which one.
    public var method: String
    /// Its argument; empty when absent.
    public var data: [UInt8]

    /// Makes a request.
    public init(method: String, data: [UInt8]) {
        self.method = method
        self.data = data
    }
}

/// Extends a subscription with a new token.
public struct SubRefreshRequest: Sendable, Equatable {
    /// Which subscription.
    public var channel: ChannelName
    /// The new subscription token.
    public var token: String

    /// Makes a request.
    public init(channel: ChannelName, token: String) {
        self.channel = channel
        self.token = token
    }
}
