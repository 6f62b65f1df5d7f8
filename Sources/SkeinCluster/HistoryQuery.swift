public import SkeinCore

/// Which part of a stream to read.
public struct HistoryQuery: Sendable, Hashable {
    /// Exclusive start; nil for the oldest, or the newest when `reverse`. Another epoch than the stream's reads nothing.
    public var since: StreamPosition?
    /// Most publications; 0 for the position alone.
    public var limit: Int
    /// Newest first.
    public var reverse: Bool

    /// Makes a query.
    public init(since: StreamPosition? = nil, limit: Int, reverse: Bool = false) {
        self.since = since
        self.limit = limit
        self.reverse = reverse
    }
}

/// What a recovery found.
public struct Recovery: Sendable {
    /// The newest position at the instant of the read.
    public var position: StreamPosition
    /// All that was missed, oldest first; empty unless `recovered`.
    public var publications: [Publication]
    /// Whether nothing is missing.
    public var recovered: Bool

    /// Makes a result.
    public init(position: StreamPosition, publications: [Publication], recovered: Bool) {
        self.position = position
        self.publications = publications
        self.recovered = recovered
    }
}
