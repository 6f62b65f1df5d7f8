/// What is known about a metric before anything is counted: the source of its `HELP` line and of the reference page.
public struct MetricDescription: Sendable, Equatable {
    /// Full name, as it is exposed: `skein_connections_total`.
    public let name: String
    /// One sentence; names the unit.
    public let help: String
    /// What it counts with.
    public let kind: Kind
    /// Names of its labels.
    public let labels: [String]

    /// Describes a metric.
    public init(name: String, help: String, kind: Kind, labels: [String] = []) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
    }

    /// The kinds of the exposition format that are used here.
    public enum Kind: Sendable, Equatable {
        /// Only grows; the name ends with `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// Observations by upper bound, in the unit of the name; the bounds must ascend.
        case histogram(buckets: [Double])

        /// The word behind `# TYPE`.
        var typeName: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }
}
