import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinTransport

/// Slices of a turn, with a clock that goes on only while somebody is served.
@Suite struct FlushQueueTests {
    private final class Bench {
        let queue = FlushQueue<Int>()
        var now = MonotonicInstant(nanoseconds: 0)
        var served: [Int] = []
        /// What serving one takes.
        var cost = Duration.milliseconds(1)

        private func readClock() -> MonotonicInstant { self.now }

        /// One turn and one slice for the late ones. Returns whether somebody is late still, and how long the longer one took.
        func turn(_ body: (Int) -> Void = { _ in }) -> (isLate: Bool, duration: Duration) {
            let serve = { (element: Int) in
                self.now = self.now + self.cost
                self.served.append(element)
            }
            let start = self.now
            var isLate = self.queue.flush(clock: self.readClock) { element in
                serve(element)
                body(element)
            }
            let middle = self.now
            if isLate {
                isLate = self.queue.flushLate(clock: self.readClock) { element in
                    serve(element)
                    body(element)
                }
            }
            return (isLate: isLate, duration: max(middle.since(start), self.now.since(middle)))
        }
    }

    @Test func `a turn that fits serves everybody in order`() {
        let bench = Bench()
        bench.cost = .microseconds(5)
        for element in 0..<1000 { bench.queue.append(element) }
        #expect(!bench.turn().isLate)
        #expect(bench.served == Array(0..<1000))
        #expect(bench.queue.count == 0)
    }

    @Test func `a turn that does not fit ends, and the next ones go on in order`() {
        let bench = Bench()
        for element in 0..<1000 { bench.queue.append(element) }
        var turns = 0
        while turns < 100 {
            let turn = bench.turn()
            turns += 1
            #expect(turn.duration <= FlushQueue<Int>.slice + .milliseconds(32), "turn \(turns)")
            if !turn.isLate { break }
        }
        #expect(turns > 10)
        #expect(bench.served == Array(0..<1000))
    }

    @Test func `those of a small turn do not wait for the late ones of a large one`() {
        let bench = Bench()
        for element in 0..<1000 { bench.queue.append(element) }
        #expect(bench.turn().isLate)
        bench.served = []
        bench.queue.append(5000)
        #expect(bench.turn().isLate)
        #expect(bench.served.first == 5000)
        #expect(bench.served.count > 1, "the large turn goes on all the same")
    }

    @Test func `the late ones go on in a turn whose own do not fit either`() {
        let bench = Bench()
        for element in 0..<500 { bench.queue.append(element) }
        _ = bench.turn()
        bench.served = []
        for element in 1000..<1500 { bench.queue.append(element) }
        #expect(bench.turn().isLate)
        #expect(bench.served.contains { $0 < 500 })
        #expect(bench.served.contains { $0 >= 1000 })
    }

    @Test func `what serving appends is for the next turn`() {
        let bench = Bench()
        bench.queue.append(1)
        #expect(!bench.turn { if $0 == 1 { bench.queue.append(2) } }.isLate)
        #expect(bench.served == [1])
        #expect(bench.queue.count == 1)
        _ = bench.turn()
        #expect(bench.served == [1, 2])
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `in a random history everybody is served once and nobody overtakes its own kind`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bench = Bench()
        var appended = 0
        var waiting: Set<Int> = []
        for _ in 0..<200 {
            for _ in 0..<Int.random(in: 0...80, using: &generator) {
                bench.queue.append(appended)
                waiting.insert(appended)
                appended += 1
            }
            bench.cost = .microseconds(Int.random(in: 1...2000, using: &generator))
            bench.served = []
            let newest = appended
            let isLate = bench.turn { element in
                if element < newest, element % 97 == 0 {
                    bench.queue.append(appended)
                    waiting.insert(appended)
                    appended += 1
                }
            }.isLate
            for element in bench.served {
                #expect(waiting.remove(element) != nil, "\(element) was served twice")
            }
            #expect(bench.queue.count == waiting.count)
            if !isLate { #expect(waiting.allSatisfy { $0 >= newest }, "somebody was forgotten") }
        }
        while bench.queue.count > 0 { _ = bench.turn() }
    }
}
