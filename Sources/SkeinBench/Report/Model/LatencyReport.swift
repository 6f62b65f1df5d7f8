/// How long something took. All times are microseconds.
public struct LatencyReport: Sendable, Equatable, Codable {
    /// `delivery`, `publish`, `connect`, `reconnect`, `recovery`, `raw hop`.
    public var name: String
    /// Values that were recorded.
    public var count: Int
    public var meanMicroseconds: Double
    public var p50: Double
    public var p90: Double
    public var p99: Double
    /// The 99.9th percentile.
    public var p999: Double
    public var max: Double
    /// Counted from the intended time (open loop). Without it a stall of the server also holds the load back, and hides
    /// in the percentiles.
    public var corrected: Bool
    /// Rising in both coordinates; some 200 points at most.
    public var curve: [LatencyPoint]

    enum CodingKeys: String, CodingKey {
        case name, count, corrected, curve
        case meanMicroseconds = "mean_microseconds"
        case p50 = "p50_microseconds"
        case p90 = "p90_microseconds"
        case p99 = "p99_microseconds"
        case p999 = "p99_9_microseconds"
        case max = "max_microseconds"
    }

    public init(
        name: String,
        count: Int,
        meanMicroseconds: Double,
        p50: Double,
        p90: Double,
        p99: Double,
        p999: Double,
        max: Double,
        corrected: Bool,
        curve: [LatencyPoint] = []
    ) {
        self.name = name
        self.count = count
        self.meanMicroseconds = meanMicroseconds
        self.p50 = p50
        self.p90 = p90
        self.p99 = p99
        self.p999 = p999
        self.max = max
        self.corrected = corrected
        self.curve = curve
    }
}
