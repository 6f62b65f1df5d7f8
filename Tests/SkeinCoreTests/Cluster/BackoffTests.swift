import SkeinCore
import SkeinTestKit
import Testing

@Suite struct BackoffTests {
    /// Draws the longest wait there is with all bits set, and the shortest with one: no bits at all would be drawn
    /// again for ever.
    private struct Extreme: RandomNumberGenerator {
        let word: UInt64
        func next() -> UInt64 { self.word }
    }

    private func longest(_ backoff: inout Backoff) -> Duration {
        var generator = Extreme(word: .max)
        return backoff.next(using: &generator)
    }

    @Test func `the bound doubles up to the cap and stays there`() {
        var backoff = Backoff(base: .milliseconds(100), cap: .milliseconds(700))
        let waits = (0..<6).map { _ in self.longest(&backoff) }
        #expect(waits == [100, 200, 400, 700, 700, 700].map { .milliseconds($0) })
    }

    @Test func `a wait may be no wait`() {
        var backoff = Backoff(base: .seconds(1), cap: .seconds(8))
        var generator = Extreme(word: 1)
        #expect(backoff.next(using: &generator) == .zero)
        #expect(backoff.next(using: &generator) == .zero)
        #expect(self.longest(&backoff) == .seconds(4))
    }

    @Test func `a success starts again`() {
        var backoff = Backoff(base: .seconds(1), cap: .seconds(60))
        for _ in 0..<10 { _ = self.longest(&backoff) }
        backoff.reset()
        #expect(self.longest(&backoff) == .seconds(1))
        #expect(self.longest(&backoff) == .seconds(2))
    }

    @Test func `no number of attempts and no cap overflows`() {
        let cap = Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999)
        var backoff = Backoff(base: .nanoseconds(1), cap: cap)
        var last = Duration.zero
        for _ in 0..<300 {
            let wait = self.longest(&backoff)
            #expect(wait >= last)
            last = wait
        }
        #expect(last == cap)
    }

    @Test func `a base above the cap is the cap, and negative durations are none`() {
        var backoff = Backoff(base: .seconds(9), cap: .seconds(2))
        #expect(self.longest(&backoff) == .seconds(2))
        #expect(self.longest(&backoff) == .seconds(2))
        var negative = Backoff(base: .seconds(-1), cap: .seconds(-1))
        #expect(self.longest(&negative) == .zero)
        #expect(self.longest(&negative) == .zero)
    }

    @Test func `waits are spread evenly over all of the bound`() {
        var generator = SeededGenerator(seed: 7)
        var parts = [Int](repeating: 0, count: 10)
        for _ in 0..<20_000 {
            var backoff = Backoff(base: .milliseconds(1_000), cap: .seconds(60))
            let wait = backoff.next(using: &generator)
            #expect(wait >= .zero && wait <= .seconds(1))
            parts[min(9, Int(wait / .milliseconds(100)))] += 1
        }
        #expect(parts.allSatisfy { (1_800...2_200).contains($0) }, "\(parts)")
    }
}
