/// One point of a latency curve: this share of all values took no longer than this.
public struct LatencyPoint: Sendable, Equatable, Codable {
    /// 0 to 100.
    public var percentile: Double
    public var microseconds: Double

    public init(percentile: Double, microseconds: Double) {
        self.percentile = percentile
        self.microseconds = microseconds
    }
}
