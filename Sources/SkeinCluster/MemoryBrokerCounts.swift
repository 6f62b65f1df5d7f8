/// How much a ``MemoryBroker`` holds, for metrics.
///
/// What has expired is counted until somebody asks for it or ``MemoryBroker/expire(now:)`` comes by.
public struct MemoryBrokerCounts: Sendable, Hashable {
    /// Streams whose epoch is remembered, with publications or without.
    public var streams = 0
    /// Publications in all streams.
    public var publications = 0
    /// Bytes of their payloads, without what surrounds them.
    public var bytes = 0
    /// Idempotency keys that are remembered.
    public var idempotencyKeys = 0
    /// Sessions in all presence lists; a session counts once for each topic.
    public var members = 0
    /// Declarations of interest that were not taken back.
    public var interests = 0

    /// Counts nothing.
    public init() {}

    /// Adds up two parts of an engine.
    static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.streams += right.streams
        sum.publications += right.publications
        sum.bytes += right.bytes
        sum.idempotencyKeys += right.idempotencyKeys
        sum.members += right.members
        sum.interests += right.interests
        return sum
    }
}
