import Histogram

/// The latencies of one event loop, in nanoseconds, three significant digits up to an hour.
struct LoopHistograms: Sendable, Codable {
    typealias Latencies = Histogram<UInt64>

    var delivery = Self.empty()
    var publish = Self.empty()
    var connect = Self.empty()
    var reconnect = Self.empty()
    var recovery = Self.empty()
    /// Through Redis alone, see `RawHop`.
    var redis = Self.empty()

    static func empty() -> Latencies { Latencies(highestTrackableValue: 3_600_000_000_000) }

    static func += (left: inout Self, right: Self) {
        left.delivery.add(right.delivery)
        left.publish.add(right.publish)
        left.connect.add(right.connect)
        left.reconnect.add(right.reconnect)
        left.recovery.add(right.recovery)
        left.redis.add(right.redis)
    }

    /// The sum over loops.
    static func sum(_ all: some Sequence<Self>) -> Self {
        all.reduce(into: Self()) { $0 += $1 }
    }
}
