/// How busy the load generator itself was.
public struct ClientUsage: Sendable, Equatable, Codable {
    /// A loop that was busy for more than this share of the time has measured itself, not the server.
    public static let bottleneckFraction = 0.85

    /// The busy share of each loop's thread, 0 to 1, by its CPU clock.
    public var loops: [Double]
    /// Whether a loop was above ``bottleneckFraction``.
    public var isBottleneck: Bool

    enum CodingKeys: String, CodingKey {
        case loops = "loop_busy_fractions"
        case isBottleneck = "is_bottleneck"
    }

    public init(loops: [Double]) {
        self.loops = loops
        self.isBottleneck = loops.contains { $0 > Self.bottleneckFraction }
    }
}
