public import Logging
public import SkeinCluster

/// What every connection of a node shares and nobody changes.
public final class NodeContext: Sendable {
    /// Carries events and keeps streams and presence.
    public let broker: any Broker
    /// Knows which loop is interested in which topic.
    public let dispatcher: Dispatcher
    /// Knows how many users have sessions.
    public let users = UserCensus()
    /// Verifies tokens.
    public let authenticator: any Authenticator
    /// The methods of `rpc`.
    public let methods: RPCTable
    /// Knows where clients are on the ring; nil when there is no ring.
    public let placement: (any Placement)?
    /// Counts.
    public let metrics: TransportMetrics
    /// Tells the time.
    public let clock: Clock
    /// Writes logs.
    public let logger: Logger

    /// Collects what is shared.
    public init(
        broker: any Broker,
        dispatcher: Dispatcher,
        authenticator: any Authenticator,
        methods: RPCTable,
        placement: (any Placement)? = nil,
        metrics: TransportMetrics,
        clock: Clock,
        logger: Logger
    ) {
        self.broker = broker
        self.dispatcher = dispatcher
        self.authenticator = authenticator
        self.methods = methods
        self.placement = placement
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
    }
}
