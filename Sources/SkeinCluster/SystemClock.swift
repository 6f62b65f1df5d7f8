import SkeinCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Clock {
    /// The machine's clocks: `CLOCK_MONOTONIC` and `CLOCK_REALTIME`.
    public static let system = Clock(
        now: {
            let time = Self.read(CLOCK_MONOTONIC)
            return MonotonicInstant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
        },
        wallMilliseconds: {
            let time = Self.read(CLOCK_REALTIME)
            return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        }
    )

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
