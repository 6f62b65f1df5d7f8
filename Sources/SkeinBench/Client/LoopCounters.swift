/// What one event loop has counted since the start of the run. A value that is copied out of the loop.
struct LoopCounters: Sendable, Codable {
    /// Counts of publications that belong together: those of the warm-up, or the measured ones.
    struct Phase: Sendable, Codable {
        var published = 0
        var refused = 0
        /// Deliveries that the accepted publications should make; decreases when one is refused.
        var expected = 0
        /// First copies.
        var delivered = 0
        var duplicated = 0
        var reordered = 0
    }

    var warmUp = Phase()
    var measured = Phase()
    /// Connections that are open and subscribed.
    var ready = 0
    /// Connections that became ready, ever.
    var opened = 0
    /// Connections that ended without being asked to, after they were ready.
    var closed = 0
    /// Bytes read from sockets.
    var bytes = 0
    /// Publications of somebody else.
    var foreign = 0
    /// Publications of a closed loop that were given up after a wait.
    var givenUp = 0
    /// Measured publications that the server has taken.
    var acknowledged = 0
    var pings = 0
    var unsubscribed = 0
    /// Reconnects with recovery, and what they came to.
    var recoveries = 0
    var recoveriesRefused = 0
    /// When a connection became ready last, in nanoseconds of the monotonic clock.
    var lastReady: UInt64 = 0

    var published: Int { self.warmUp.published + self.measured.published }
    var delivered: Int { self.warmUp.delivered + self.measured.delivered }
    var expected: Int { self.warmUp.expected + self.measured.expected }
}

extension LoopCounters.Phase {
    static func += (left: inout Self, right: Self) {
        left.published += right.published
        left.refused += right.refused
        left.expected += right.expected
        left.delivered += right.delivered
        left.duplicated += right.duplicated
        left.reordered += right.reordered
    }
}

extension LoopCounters {
    static func += (left: inout Self, right: Self) {
        left.warmUp += right.warmUp
        left.measured += right.measured
        left.ready += right.ready
        left.opened += right.opened
        left.closed += right.closed
        left.bytes += right.bytes
        left.foreign += right.foreign
        left.givenUp += right.givenUp
        left.acknowledged += right.acknowledged
        left.pings += right.pings
        left.unsubscribed += right.unsubscribed
        left.recoveries += right.recoveries
        left.recoveriesRefused += right.recoveriesRefused
        left.lastReady = max(left.lastReady, right.lastReady)
    }

    /// The sum over loops.
    static func sum(_ all: some Sequence<Self>) -> Self {
        all.reduce(into: Self()) { $0 += $1 }
    }
}
