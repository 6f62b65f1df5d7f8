import SkeinCore
import Testing

@testable import SkeinTransport

@Suite struct SendSliceTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000)

    @Test func `a closed slice takes nothing and asks nobody for the time`() {
        var slice = SendSlice(isOpen: false, now: self.start)
        for _ in 0..<100 {
            let taken = slice.takesOneMore {
                Issue.record("the clock was read")
                return self.start
            }
            #expect(!taken)
        }
    }

    @Test func `while there is time everything fits, and the clock is read for few of them`() {
        var slice = SendSlice(isOpen: true, now: self.start)
        var reads = 0
        for _ in 0..<3200 {
            let taken = slice.takesOneMore {
                reads += 1
                return self.start
            }
            #expect(taken)
        }
        #expect(reads == 100)
    }

    @Test func `after the time nothing fits any more`() {
        var slice = SendSlice(isOpen: true, now: self.start)
        var now = self.start
        var taken = 0
        for _ in 0..<1000 {
            now = now + .milliseconds(1)
            if slice.takesOneMore(clock: { now }) { taken += 1 }
        }
        #expect(taken < FlushQueue<SessionHandler>.stride, "32 are sent between two looks, and a slice is 10 ms")
        #expect(taken > 0)
    }
}
