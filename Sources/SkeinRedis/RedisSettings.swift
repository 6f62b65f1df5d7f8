/// Everything that an operator decides about the connection to Redis and the cluster behind it.
public struct RedisSettings: Sendable, Equatable {
    /// Where Redis is.
    public var address: RedisAddress
    /// PEM file of the authorities that the server's certificate must come from; empty for those of the system.
    public var authorityFile = ""
    /// In front of every key and channel; clusters with different prefixes never meet.
    public var prefix = "skein"
    /// From the first packet to the end of the greeting.
    public var connectTimeout: Duration = .seconds(1)
    /// From a command to its reply; then the connection is given up.
    public var commandTimeout: Duration = .seconds(4)
    /// Most bytes of commands without a reply.
    public var inFlightBytes = 64 << 20
    /// Between two messages of a node to itself; two that do not come back end the subscriber connection.
    public var probeInterval: Duration = .seconds(5)
    /// Within which every followed channel is compared with its stream.
    public var positionCheckInterval: Duration = .seconds(10)
    /// From the last leave of a channel to the end of its subscription in Redis.
    public var linger: Duration = .seconds(5)
    /// Between two signs of life of a node.
    public var heartbeat: Duration = .seconds(1)
    /// From the last sign of life to the end of a node's members.
    public var lease: Duration = .seconds(4)

    /// Settings with the documented defaults.
    public init(address: RedisAddress) {
        self.address = address
    }
}
