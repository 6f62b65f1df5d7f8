/// What one connection may use. The defaults are the ones that clients of the Centrifuge protocol expect.
public struct SessionLimits: Sendable, Equatable {
    /// From one server ping to the next.
    public var pingInterval: Duration = .seconds(25)
    /// From a ping to the end of the connection when no pong comes.
    public var pongTimeout: Duration = .seconds(8)
    /// From accept to the complete request head; an absolute deadline.
    public var handshakeTimeout: Duration = .seconds(5)
    /// From the upgrade to the `connect` command.
    public var connectTimeout: Duration = .seconds(10)
    /// From our close frame to the end of the TCP connection.
    public var closeTimeout: Duration = .seconds(5)
    /// How long waiting bytes may make no progress.
    public var writeTimeout: Duration = .seconds(10)
    /// From the expiry of a token to the end of what it allowed.
    public var tokenGrace: Duration = .seconds(25)
    /// Largest message from a client, in bytes.
    public var messageSize = 65_536
    /// Most fragments of one message.
    public var messageFragments = 1024
    /// Most commands in one frame.
    public var frameCommands = 64
    /// Most bytes that wait for one slow client.
    public var queueSize = 1_048_576
    /// Most subscriptions of one session.
    public var channels = 128
    /// Error replies within `errorWindow` that end a session with 3509.
    public var errors = 10
    /// See `errors`.
    public var errorWindow: Duration = .seconds(10)
    /// Ping, pong and empty frames a second that a client may send in the long run.
    public var controlFrames = 50
    /// Such frames at once.
    public var controlFrameBurst = 100
    /// Most publications in one reply.
    public var historyLimit = 300

    /// The documented defaults.
    public init() {}
}
