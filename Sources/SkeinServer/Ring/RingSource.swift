public import HashRing
public import Logging
import SkeinCluster
import SkeinRedis

/// The ring as a tool outside of the nodes knows it.
public struct RingDirectory: Sendable {
    /// The nodes, by id.
    public var nodes: [RingNode]
    /// Changes of the ring so far; 0 when they come from the configuration.
    public var epoch: UInt64
    /// Whose choice the nodes predict.
    public var profile: RingProfile
    /// Secret of keyed affinity; empty for none. See ``AffinityKey``.
    public var secret: [UInt8]

    /// Collects what is known.
    public init(nodes: [RingNode], epoch: UInt64, profile: RingProfile, secret: [UInt8]) {
        self.nodes = nodes
        self.epoch = epoch
        self.profile = profile
        self.secret = secret
    }
}

/// Why nobody knows the ring.
public enum RingSourceError: Error, CustomStringConvertible {
    /// The configuration cannot be used.
    case configuration(ConfigurationError)
    /// Neither the registry nor the configuration says who the nodes are.
    case noNodes
    /// The registry does not answer.
    case registry(address: String, reason: String)

    /// A sentence that says what to do.
    public var description: String {
        switch self {
        case .configuration(let error): error.problems.joined(separator: "\n")
        case .noNodes: "the configuration names no nodes; list them in ring.nodes, or set engine to redis"
        case .registry(let address, let reason): "cannot ask \(address): \(reason)"
        }
    }
}

/// Where tools get the ring from: the registry of the cluster, or the configuration.
public enum RingSource {
    /// Reads the ring; `fromConfiguration` what is written in `ring.nodes`, also where there is a registry.
    public static func load(
        _ sources: ConfigurationSources,
        host: HostFacts,
        fromConfiguration: Bool,
        logger: Logger
    ) async throws(RingSourceError) -> RingDirectory {
        let configuration: Configuration
        do {
            configuration = try Configuration.load(sources, host: host)
        } catch {
            throw .configuration(error)
        }
        var directory = RingDirectory(
            nodes: configuration.configuredNodes,
            epoch: 0,
            profile: configuration.ringProfile,
            secret: configuration.ringSecret
        )
        if !fromConfiguration, configuration.engine == .redis, let settings = configuration.redisSettings {
            do {
                let list = try await RedisInspector.nodes(settings: settings, logger: logger)
                // One that does not listen yet is nowhere that clients could be sent to.
                directory.nodes = list.nodes.map(RingNode.init).filter { !$0.address.isEmpty }
                directory.epoch = UInt64(clamping: list.epoch)
            } catch {
                throw .registry(address: "\(settings.address)", reason: "\(error)")
            }
        } else if directory.nodes.isEmpty {
            throw .noNodes
        }
        return directory
    }
}
