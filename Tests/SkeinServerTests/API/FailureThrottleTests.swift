import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct FailureThrottleTests {
    let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    @Test func `the table does not grow beyond its bound, and newcomers share one budget`() {
        var throttle = FailureThrottle(maximumAddresses: 3, now: MonotonicInstant(nanoseconds: 0))
        for address in ["a", "b", "c", "d", "e", "f"] { throttle.failed(address, rate: 2, now: self.start) }
        #expect(throttle.count == 3)
        #expect(throttle.isExhausted("g", rate: 2, now: self.start))
        #expect(!throttle.isExhausted("a", rate: 2, now: self.start))
    }

    @Test func `addresses that failed more than a second ago make room`() {
        var throttle = FailureThrottle(maximumAddresses: 2, now: self.start)
        throttle.failed("a", rate: 2, now: self.start)
        throttle.failed("b", rate: 2, now: self.start + .milliseconds(500))
        throttle.failed("c", rate: 2, now: self.start + .milliseconds(1200))
        #expect(throttle.count == 2)
        throttle.failed("c", rate: 2, now: self.start + .milliseconds(1200))
        #expect(throttle.isExhausted("c", rate: 2, now: self.start + .milliseconds(1200)))
    }

    @Test func `asking is no attempt`() {
        var throttle = FailureThrottle(now: self.start)
        for _ in 0..<10 { #expect(!throttle.isExhausted("a", rate: 1, now: self.start)) }
        #expect(throttle.count == 0)
        throttle.failed("a", rate: 1, now: self.start)
        #expect(throttle.isExhausted("a", rate: 1, now: self.start))
    }

    @Test func `attempts come back at the rate`() {
        var throttle = FailureThrottle(now: self.start)
        for _ in 0..<4 { throttle.failed("a", rate: 4, now: self.start) }
        #expect(throttle.isExhausted("a", rate: 4, now: self.start + .milliseconds(249)))
        #expect(!throttle.isExhausted("a", rate: 4, now: self.start + .milliseconds(251)))
    }
}
