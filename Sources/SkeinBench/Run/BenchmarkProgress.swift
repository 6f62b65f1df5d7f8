/// What a run is doing at the moment; told several times a second while it connects, and once a second while it
/// measures.
public struct BenchmarkProgress: Sendable {
    /// The parts of a run, in their order. Scenarios leave out what they do not have.
    public enum Phase: String, Sendable {
        case connecting
        case warmingUp = "warming up"
        case measuring
        case reconnecting
        case draining
        case disconnecting
    }

    public var phase: Phase
    /// Since the phase began, and how long it takes; 0 when that is not known.
    public var elapsedSeconds = 0.0
    public var totalSeconds = 0.0
    /// Connections that are ready, and how many there are to be.
    public var connections = 0
    public var targetConnections = 0
    public var publishedPerSecond = 0.0
    public var deliveredPerSecond = 0.0
    /// Of deliveries so far, in microseconds; nil before the first measured one.
    public var p50Microseconds: Double?
    public var p99Microseconds: Double?
    /// Cores that the server uses, and its memory; nil without its process id.
    public var serverCPUFraction: Double?
    public var serverResidentBytes: Int?

    /// Says what is known in every phase.
    public init(phase: Phase, connections: Int = 0, targetConnections: Int = 0) {
        self.phase = phase
        self.connections = connections
        self.targetConnections = targetConnections
    }
}
