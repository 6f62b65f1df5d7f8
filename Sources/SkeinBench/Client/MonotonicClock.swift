#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The clocks of the measurement. All processes of a machine read the same monotonic clock.
enum MonotonicClock {
    /// Nanoseconds since an arbitrary moment.
    static var now: UInt64 { Self.read(CLOCK_MONOTONIC) }

    /// Nanoseconds of processor time of the calling thread.
    static var threadTime: UInt64 { Self.read(CLOCK_THREAD_CPUTIME_ID) }

    @inline(__always)
    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
