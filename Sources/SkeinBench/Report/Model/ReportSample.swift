/// What was seen at one moment of the run.
public struct ReportSample: Sendable, Equatable, Codable {
    /// Seconds since the first sample's beginning.
    public var seconds: Double
    /// Connections that were open.
    public var connections: Int
    /// Publications accepted since the sample before, for each second.
    public var publishedPerSecond: Double
    /// Deliveries received since the sample before, for each second.
    public var deliveredPerSecond: Double
    /// Cores that the server used since the sample before: 1.5 is one and a half. `nil` without `--pid`.
    public var serverCPUFraction: Double?
    /// Resident memory of the server's processes. `nil` without `--pid`.
    public var serverResidentBytes: Int?

    enum CodingKeys: String, CodingKey {
        case seconds, connections
        case publishedPerSecond = "published_per_second"
        case deliveredPerSecond = "delivered_per_second"
        case serverCPUFraction = "server_cpu_fraction"
        case serverResidentBytes = "server_resident_bytes"
    }

    public init(
        seconds: Double,
        connections: Int,
        publishedPerSecond: Double,
        deliveredPerSecond: Double,
        serverCPUFraction: Double? = nil,
        serverResidentBytes: Int? = nil
    ) {
        self.seconds = seconds
        self.connections = connections
        self.publishedPerSecond = publishedPerSecond
        self.deliveredPerSecond = deliveredPerSecond
        self.serverCPUFraction = serverCPUFraction
        self.serverResidentBytes = serverResidentBytes
    }
}
