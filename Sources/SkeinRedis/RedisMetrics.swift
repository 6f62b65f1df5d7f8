public import Metrics

/// What the link to Redis counts. Made once for a node.
public final class RedisMetrics: Sendable {
    private let reconnects: [RedisConnectionRole: Counter]
    private let connected: [RedisConnectionRole: Meter]
    private let refusals: [RedisErrorReply.Category: Counter]
    private let repairs: Counter
    private let gaps: Counter
    private let ignored: Counter
    private let sweptMembers: Counter
    private let links: Counter
    private let probeSeconds: Meter
    private let inFlight: Meter
    private let topicCount: Meter
    private let nodeCount: Meter
    private let memberCount: Meter

    /// Registers every metric with the factory.
    public init(factory: any MetricsFactory) {
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: name, dimensions: dimensions, factory: factory)
        }
        func roles<Value>(_ make: (RedisConnectionRole) -> Value) -> [RedisConnectionRole: Value] {
            Dictionary(uniqueKeysWithValues: RedisConnectionRole.allCases.map { ($0, make($0)) })
        }
        self.reconnects = roles { counter("skein_redis_connections_lost_total", [("connection", $0.rawValue)]) }
        self.connected = roles {
            Meter(label: "skein_redis_connected", dimensions: [("connection", $0.rawValue)], factory: factory)
        }
        self.refusals = Dictionary(
            uniqueKeysWithValues: RedisErrorReply.Category.allCases.map {
                ($0, counter("skein_redis_errors_total", [("kind", $0.rawValue)]))
            }
        )
        self.repairs = counter("skein_redis_repairs_total")
        self.gaps = counter("skein_redis_gaps_total")
        self.ignored = counter("skein_redis_ignored_messages_total")
        self.sweptMembers = counter("skein_presence_swept_total")
        self.links = counter("skein_redis_restored_total")
        self.probeSeconds = Meter(label: "skein_redis_probe_seconds", factory: factory)
        self.inFlight = Meter(label: "skein_redis_in_flight_bytes", factory: factory)
        self.topicCount = Meter(label: "skein_redis_topics", factory: factory)
        self.nodeCount = Meter(label: "skein_cluster_nodes", factory: factory)
        self.memberCount = Meter(label: "skein_presence_members", factory: factory)
    }

    func connected(_ role: RedisConnectionRole) { self.connected[role]?.set(1) }

    func lost(_ role: RedisConnectionRole) {
        self.connected[role]?.set(0)
        self.reconnects[role]?.increment()
    }

    func refused(_ category: RedisErrorReply.Category) { self.refusals[category]?.increment() }
    func repairBegan() { self.repairs.increment() }
    func gapTold() { self.gaps.increment() }
    func ignoredMessage() { self.ignored.increment() }
    func swept(_ members: Int) { self.sweptMembers.increment(by: members) }
    func restored() { self.links.increment() }

    func probeCameBack(after time: Duration) {
        let (seconds, attoseconds) = time.components
        self.probeSeconds.set(Double(seconds) + Double(attoseconds) / 1e18)
    }

    func refresh(inFlightBytes: Int, topics: Int, members: Int) {
        self.inFlight.set(inFlightBytes)
        self.topicCount.set(topics)
        self.memberCount.set(members)
    }

    /// Nodes that are alive, as somebody has just read.
    public func counted(nodes: Int) { self.nodeCount.set(nodes) }
}

/// What a connection is for.
enum RedisConnectionRole: String, CaseIterable {
    case commands
    case subscriber
}
