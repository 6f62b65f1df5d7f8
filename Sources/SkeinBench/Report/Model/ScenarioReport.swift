/// What one scenario found. What a scenario does not measure is `nil` or empty, never zero.
public struct ScenarioReport: Sendable, Equatable, Codable {
    /// `fanout`, `burst`, `unicast`, `idle`, `storm`, `hop`, `history`, or whatever a later version adds.
    public var name: String
    /// What was asked for, in the order in which it is shown.
    public var parameters: [ReportParameter]
    /// Seconds that were measured, without warm-up.
    public var seconds: Double
    /// What became of the publications of the measured time; `nil` in a scenario that publishes nothing.
    public var counts: DeliveryCounts?
    public var rates: [ReportRate]
    public var latencies: [LatencyReport]
    /// In the order of time.
    public var samples: [ReportSample]
    /// `nil` without `--pid`.
    public var server: ServerUsage?
    public var client: ClientUsage
    /// Sentences: what makes these figures doubtful.
    public var warnings: [String]

    public init(
        name: String,
        parameters: [ReportParameter],
        seconds: Double,
        counts: DeliveryCounts? = nil,
        rates: [ReportRate] = [],
        latencies: [LatencyReport] = [],
        samples: [ReportSample] = [],
        server: ServerUsage? = nil,
        client: ClientUsage,
        warnings: [String] = []
    ) {
        self.name = name
        self.parameters = parameters
        self.seconds = seconds
        self.counts = counts
        self.rates = rates
        self.latencies = latencies
        self.samples = samples
        self.server = server
        self.client = client
        self.warnings = warnings
    }
}
