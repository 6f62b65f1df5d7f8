/// A point on the clock that never jumps. Machines get it as a parameter and never read a clock.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    /// Since an arbitrary start.
    public var nanoseconds: UInt64

    /// Makes an instant.
    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Later than every instant that a machine is shown.
    public static let distantFuture = Self(nanoseconds: .max)

    public static func < (left: Self, right: Self) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Saturates at ``distantFuture`` and at zero.
    public static func + (instant: Self, duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? Self(nanoseconds: 0) : .distantFuture }
        let (delta, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !carry else { return seconds < 0 ? Self(nanoseconds: 0) : .distantFuture }
        if delta < 0 {
            let (difference, underflow) = instant.nanoseconds.subtractingReportingOverflow(delta.magnitude)
            return Self(nanoseconds: underflow ? 0 : difference)
        }
        let (sum, overflows) = instant.nanoseconds.addingReportingOverflow(UInt64(delta))
        return overflows ? .distantFuture : Self(nanoseconds: sum)
    }

    /// The time from `earlier` to here; negative when `earlier` is later.
    public func since(_ earlier: Self) -> Duration {
        self >= earlier
            ? .nanoseconds(Int64(clamping: self.nanoseconds - earlier.nanoseconds))
            : .nanoseconds(-Int64(clamping: earlier.nanoseconds - self.nanoseconds))
    }
}
