/// What became of the publications of the measured time. Deliveries are counted once for each subscriber.
public struct DeliveryCounts: Sendable, Equatable, Codable {
    /// Publications that the server accepted.
    public var published: Int
    /// Publications that the server answered with an error.
    public var refused: Int
    /// Deliveries that the accepted publications ask for.
    public var expected: Int
    /// Deliveries that arrived, repetitions not counted.
    public var delivered: Int
    /// Expected deliveries that did not arrive until the run gave up waiting.
    public var lost: Int
    /// Deliveries that had arrived before.
    public var duplicated: Int
    /// Deliveries that arrived after a later one of the same publisher.
    public var reordered: Int
    /// Bytes that the subscribers received, with frames and envelopes.
    public var bytes: Int

    public init(
        published: Int,
        refused: Int,
        expected: Int,
        delivered: Int,
        lost: Int,
        duplicated: Int,
        reordered: Int,
        bytes: Int
    ) {
        self.published = published
        self.refused = refused
        self.expected = expected
        self.delivered = delivered
        self.lost = lost
        self.duplicated = duplicated
        self.reordered = reordered
        self.bytes = bytes
    }
}
