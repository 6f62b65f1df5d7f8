public import SkeinCluster
public import SkeinCore
import Synchronization

/// Time that stands still until a test moves it. Any thread may read or move it.
public final class ManualClock: Sendable {
    private struct Time {
        var now: MonotonicInstant
        var wallMilliseconds: Int64
    }

    private let time: Mutex<Time>

    /// Starts somewhere that is neither the beginning of the monotonic clock nor 1970.
    public init(
        now: MonotonicInstant = MonotonicInstant(nanoseconds: 1_000_000_000_000),
        wallMilliseconds: Int64 = 1_700_000_000_000
    ) {
        self.time = Mutex(Time(now: now, wallMilliseconds: wallMilliseconds))
    }

    /// What code under test reads the time from.
    public var clock: Clock {
        Clock(now: { self.now }, wallMilliseconds: { self.time.withLock { $0.wallMilliseconds } })
    }

    /// The monotonic reading.
    public var now: MonotonicInstant { self.time.withLock { $0.now } }

    /// Moves both clocks; the wall clock by whole milliseconds.
    public func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.time.withLock { time in
            time.now = time.now + duration
            time.wallMilliseconds += seconds * 1000 + attoseconds / 1_000_000_000_000_000
        }
    }
}
