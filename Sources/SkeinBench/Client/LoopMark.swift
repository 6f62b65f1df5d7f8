/// What a loop had counted, and how much processor time its thread had used, at one moment.
struct LoopMark: Sendable {
    var counters: LoopCounters
    /// Nanoseconds of the thread's processor clock.
    var processorTime: UInt64
    /// Nanoseconds of the monotonic clock.
    var time: UInt64
}
