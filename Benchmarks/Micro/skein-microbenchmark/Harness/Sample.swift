import CAllocationCounter
import Glibc

/// What a piece of work took.
struct Sample {
    /// CPU time of the thread, in nanoseconds: what others do on a shared machine is not in it, nor is waiting.
    var nanoseconds: Int64
    /// Requests for memory by the thread.
    var allocations: Int64

    /// Runs the work on the calling thread.
    @inline(never)
    static func take(_ work: () -> Void) -> Sample {
        let start = Reading.now()
        work()
        return start.elapsed()
    }

    static func - (left: Self, right: Self) -> Self {
        Self(
            nanoseconds: left.nanoseconds - right.nanoseconds,
            allocations: left.allocations - right.allocations
        )
    }
}

/// The counters of the calling thread at an instant.
struct Reading {
    private let nanoseconds: Int64
    private let allocations: Int64

    static func now() -> Reading {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Reading(
            nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec),
            allocations: Int64(allocation_count())
        )
    }

    /// What has been added since. On the same thread.
    func elapsed() -> Sample {
        let end = Self.now()
        return Sample(
            nanoseconds: end.nanoseconds - self.nanoseconds,
            allocations: end.allocations - self.allocations
        )
    }
}
