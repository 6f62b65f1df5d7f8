/// How many samples a candidate predicts.
public struct RingMatch: Sendable, Hashable {
    /// The way of choosing.
    public let candidate: RingCandidate
    /// Samples whose node it predicts.
    public let matching: Int
    /// All samples.
    public let total: Int

    /// 0 to 1.
    public var share: Double { self.total == 0 ? 0 : Double(self.matching) / Double(self.total) }

    /// Whether it is the balancer's. One sample in fifty may differ: a node may have gone while they were taken.
    public var isMatch: Bool { self.total > 0 && self.share >= 0.98 }
}
