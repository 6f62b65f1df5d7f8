/// When each publication of an open loop is to leave, whatever the server does. All times are nanoseconds of the
/// monotonic clock.
///
/// Times come from the number of the publication, never from the time of the one before: being late once moves nothing.
public struct SendSchedule: Sendable, Equatable {
    /// When the first one leaves.
    public let start: UInt64
    /// Publications that leave together.
    public let burst: Int
    /// From one burst to the next.
    public let interval: Double

    /// - Parameters:
    ///   - burst: publications at once, at least 1.
    ///   - interval: nanoseconds between bursts, more than 0.
    public init(start: UInt64, burst: Int, interval: Double) {
        precondition(burst > 0 && interval > 0, "a schedule needs a burst and an interval")
        self.start = start
        self.burst = burst
        self.interval = interval
    }

    /// The share of one of several publishers that take turns.
    public init(start: UInt64, rate: Double, publisher: Int = 0, of publishers: Int = 1) {
        let interval = 1e9 / rate
        self.init(
            start: start + UInt64(interval * Double(publisher)),
            burst: 1,
            interval: interval * Double(publishers)
        )
    }

    /// The intended time of publication `number`, counted from 0.
    public func time(of number: Int) -> UInt64 {
        self.start + UInt64(self.interval * Double(number / self.burst))
    }

    /// How many publications are to have left by `now`.
    public func due(by now: UInt64) -> Int {
        guard now >= self.start else { return 0 }
        var bursts = Int(Double(now - self.start) / self.interval) + 1
        // The division may round up; `time` decides.
        while bursts > 0, self.time(of: (bursts - 1) * self.burst) > now { bursts -= 1 }
        while self.time(of: bursts * self.burst) <= now { bursts += 1 }
        return bursts * self.burst
    }
}
