/// When a load begins, when what is published counts, and when publishing ends; nanoseconds of the monotonic clock.
struct LoadSpan: Sendable {
    var start: UInt64
    var measureFrom: UInt64
    var until: UInt64
}
