/// The reference pages that are written from tables in the code.
public enum ReferencePage: String, CaseIterable, Sendable {
    case configuration
    case metrics
    case codes

    /// The page.
    public var markdown: String {
        switch self {
        case .configuration: ConfigurationReference.markdown()
        case .metrics: MetricsReference.markdown(NodeMetrics.descriptions)
        case .codes: CodesReference.markdown()
        }
    }
}
