public import SkeinCore

/// Where a node takes the time from; tests bring their own.
public struct Clock: Sendable {
    /// Never jumps; for deadlines and lifetimes.
    public var now: @Sendable () -> MonotonicInstant
    /// Milliseconds since 1970; for what people and tokens mean by time.
    public var wallMilliseconds: @Sendable () -> Int64

    /// Makes a clock from two readings.
    public init(
        now: @escaping @Sendable () -> MonotonicInstant,
        wallMilliseconds: @escaping @Sendable () -> Int64
    ) {
        self.now = now
        self.wallMilliseconds = wallMilliseconds
    }
}
