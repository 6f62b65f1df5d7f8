/// How often something happened in a second, over the whole measured time.
public struct ReportRate: Sendable, Equatable, Codable {
    /// `deliveries`, `publishes`, `connects`, `reconnects`.
    public var name: String
    public var perSecond: Double

    enum CodingKeys: String, CodingKey {
        case name
        case perSecond = "per_second"
    }

    public init(name: String, perSecond: Double) {
        self.name = name
        self.perSecond = perSecond
    }
}
