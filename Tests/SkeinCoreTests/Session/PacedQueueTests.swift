import SkeinCore
import SkeinTestKit
import Testing

struct PacedQueueTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    /// How many come out at each look, every `step` from the start on.
    private func looks(_ count: Int, rate: Double, every step: Duration, times: Int) -> [Int] {
        var queue = PacedQueue<Int>()
        queue.add(0..<count, rate: rate, now: self.start)
        return (1...times).map { look in
            queue.due(now: self.start + step * look) { _ in true }.count
        }
    }

    @Test func `nothing goes at once`() {
        var queue = PacedQueue<Int>()
        queue.add(0..<10, rate: 1000, now: self.start)
        #expect(queue.due(now: self.start) { _ in true }.isEmpty)
        #expect(queue.count == 10)
    }

    @Test func `so many go each second, at every look about as many`() {
        let looks = self.looks(600, rate: 100, every: .milliseconds(100), times: 70)
        #expect(looks.prefix(60).allSatisfy { (9...11).contains($0) })
        #expect(looks.prefix(60).reduce(0, +) >= 599)
        #expect(looks.reduce(0, +) == 600)
    }

    @Test func `a rate below one a look keeps its remainder`() {
        let looks = self.looks(10, rate: 2, every: .milliseconds(100), times: 60)
        #expect(looks.allSatisfy { $0 <= 1 })
        #expect(looks.prefix(49).reduce(0, +) == 9)
        #expect(looks.reduce(0, +) == 10)
    }

    @Test func `a loop that was busy for long makes up for half a second of it`() {
        let looks = self.looks(10_000, rate: 100, every: .seconds(30), times: 2)
        #expect(looks == [50, 50])
    }

    @Test func `everybody goes once, and in no order`() {
        var queue = PacedQueue<Int>()
        queue.add(0..<1000, rate: 10_000, now: self.start)
        var gone: [Int] = []
        for look in 1...20 { gone += queue.due(now: self.start + .milliseconds(100) * look) { _ in true } }
        #expect(gone.sorted() == Array(0..<1000))
        #expect(gone != Array(0..<1000) && gone != (0..<1000).reversed())
    }

    @Test func `one that has gone by itself takes nobody's place`() {
        var queue = PacedQueue<Int>()
        queue.add(0..<100, rate: 100, now: self.start)
        let due = queue.due(now: self.start + .milliseconds(105)) { $0 >= 90 }
        #expect(due.count == 10)
        #expect(due.allSatisfy { $0 >= 90 })
    }

    @Test func `those who wait go at the new rate when more come`() {
        var queue = PacedQueue<Int>()
        queue.add(0..<100, rate: 1, now: self.start)
        queue.add(100..<200, rate: 1000, now: self.start + .milliseconds(10))
        #expect(queue.due(now: self.start + .milliseconds(110)) { _ in true }.count >= 100)
    }

    @Test func `nobody goes after all when they are to stay`() {
        var queue = PacedQueue<Int>()
        queue.add(0..<5, rate: 100, now: self.start)
        queue.removeAll()
        #expect(queue.due(now: self.start + .seconds(1)) { _ in true }.isEmpty)
    }

    @Test(arguments: 0..<20) func `whatever is added and whenever one looks, never more than the rate allows`(
        seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        var queue = PacedQueue<Int>()
        var now = self.start
        var (added, gone) = (0, 0)
        var allowance = 0.0
        var rate = 0.0
        for _ in 0..<300 {
            let pause = Duration.milliseconds(Int64.random(in: 0...700, using: &generator))
            now = now + pause
            allowance += min(pause, .milliseconds(500)) / .seconds(1) * rate
            gone += queue.due(now: now) { _ in true }.count
            #expect(Double(gone) <= allowance + 1e-6)
            #expect(queue.count == added - gone)
            if queue.count == 0 { allowance = Double(gone) }
            if Int.random(in: 0..<4, using: &generator) == 0 {
                let more = Int.random(in: 0..<50, using: &generator)
                rate = Double(Int.random(in: 1...200, using: &generator))
                queue.add(added..<(added + more), rate: rate, now: now)
                added += more
            }
        }
    }
}
