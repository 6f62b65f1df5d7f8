import Metrics
import SkeinCluster
import SkeinRedis
import SkeinTransport

/// What a node counts, and the gauges that are read only when somebody asks.
struct NodeMetrics: Sendable {
    let transport: TransportMetrics
    let redis: RedisMetrics
    private let channels: Meter
    private let users: Meter
    private let streams: Meter
    private let storedPublications: Meter
    private let storedBytes: Meter
    private let members: Meter
    private let loggedLinesDropped: Meter
    private let ready: Meter
    private let drainPhase: Meter

    init(factory: any MetricsFactory) {
        self.transport = TransportMetrics(factory: factory)
        self.redis = RedisMetrics(factory: factory)
        self.channels = Meter(label: "skein_channels", factory: factory)
        self.users = Meter(label: "skein_users", factory: factory)
        self.streams = Meter(label: "skein_streams", factory: factory)
        self.storedPublications = Meter(label: "skein_stored_publications", factory: factory)
        self.storedBytes = Meter(label: "skein_stored_bytes", factory: factory)
        self.members = Meter(label: "skein_presence_members", factory: factory)
        self.loggedLinesDropped = Meter(label: "skein_log_lines_dropped", factory: factory)
        self.ready = Meter(label: "skein_ready", factory: factory)
        self.drainPhase = Meter(label: "skein_drain_phase", factory: factory)
    }

    func refresh(_ counts: SessionCounts, droppedLines: Int, isReady: Bool, drainPhase: Int) {
        self.channels.set(counts.channels)
        self.users.set(counts.users)
        self.loggedLinesDropped.set(droppedLines)
        self.ready.set(isReady ? 1 : 0)
        self.drainPhase.set(drainPhase)
    }

    /// What the embedded engine holds.
    func refresh(_ engine: MemoryBrokerCounts) {
        self.streams.set(engine.streams)
        self.storedPublications.set(engine.publications)
        self.storedBytes.set(engine.bytes)
        self.members.set(engine.members)
    }
}
