/// What a node tells the others of itself.
public struct NodeDescription: Sendable, Equatable {
    /// Where clients reach it, as `host:port`; empty when nobody has said.
    public var address: String
    /// Version of the server.
    public var version: String
    /// Share of the ring, 0–256; 0 while it drains.
    public var weight: Int
    /// Where it stands; empty for nowhere in particular.
    public var zone: String

    /// Describes a node.
    public init(address: String, version: String, weight: Int = 100, zone: String = "") {
        self.address = address
        self.version = version
        self.weight = weight
        self.zone = zone
    }
}

/// What changes while a node runs.
public struct NodeStatistics: Sendable, Equatable {
    /// Connected sessions.
    public var clients: Int
    /// Different users among them.
    public var users: Int
    /// Subscriptions.
    public var subscriptions: Int
    /// Channels with subscribers.
    public var channels: Int
    /// Seconds since the process began to serve.
    public var uptime: Int

    /// Collects the counts.
    public init(clients: Int = 0, users: Int = 0, subscriptions: Int = 0, channels: Int = 0, uptime: Int = 0) {
        self.clients = clients
        self.users = users
        self.subscriptions = subscriptions
        self.channels = channels
        self.uptime = uptime
    }
}

/// A node as the registry knows it.
public struct NodeRecord: Sendable, Equatable {
    /// Unique among the nodes.
    public var name: String
    /// Small number that belongs to the name for good; what load balancers call the server.
    public var id: Int
    /// How often a process of this name has joined.
    public var generation: Int
    /// What it says of itself.
    public var description: NodeDescription
    /// As of its last sign of life.
    public var statistics: NodeStatistics
    /// Milliseconds until its lease ends.
    public var leaseLeft: Int

    /// Collects what is known.
    public init(
        name: String,
        id: Int,
        generation: Int,
        description: NodeDescription,
        statistics: NodeStatistics,
        leaseLeft: Int
    ) {
        self.name = name
        self.id = id
        self.generation = generation
        self.description = description
        self.statistics = statistics
        self.leaseLeft = leaseLeft
    }
}

/// The nodes of a cluster at one instant.
public struct NodeList: Sendable, Equatable {
    /// Grows with every change of the ring; 0 without a registry.
    public var epoch: Int
    /// In the order of their ids.
    public var nodes: [NodeRecord]

    /// Collects nodes.
    public init(epoch: Int, nodes: [NodeRecord]) {
        self.epoch = epoch
        self.nodes = nodes
    }
}
