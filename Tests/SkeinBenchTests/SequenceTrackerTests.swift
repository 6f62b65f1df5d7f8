import SkeinTestKit
import Testing

@testable import SkeinBench

@Suite struct SequenceTrackerTests {
    @Test func inOrderNothingIsMissing() {
        var tracker = SequenceTracker()
        for sequence in 0..<1000 { #expect(tracker.receive(UInt32(sequence)) == .first) }
        #expect(tracker.missing == 0 && tracker.next == 1000)
    }

    @Test func aGapIsMissingUntilItArrives() {
        var tracker = SequenceTracker()
        #expect(tracker.receive(2) == .first)
        #expect(tracker.missing == 2)
        #expect(tracker.receive(0) == .late)
        #expect(tracker.receive(0) == .duplicate)
        #expect(tracker.receive(1) == .late)
        #expect(tracker.receive(2) == .duplicate)
        #expect(tracker.missing == 0 && tracker.next == 3)
    }

    @Test(arguments: [62, 63, 64, 65, 66, 1000] as [UInt32])
    func aGapAtTheEdgeOfTheWindowIsCountedOnce(_ sequence: UInt32) {
        var tracker = SequenceTracker()
        #expect(tracker.receive(sequence) == .first)
        #expect(tracker.missing == Int(sequence))
        #expect(tracker.receive(0) == .late)
        #expect(tracker.missing == Int(sequence) - 1)
        for next in 1...200 { #expect(tracker.receive(sequence + UInt32(next)) == .first) }
        #expect(tracker.missing == Int(sequence) - 1)
    }

    /// Against a set of all that arrived. Displacement stays within the window, where the tracker knows everything.
    @Test(arguments: 0..<50)
    func withinTheWindowItAgreesWithASetOfAllArrivals(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var tracker = SequenceTracker()
        var seen: Set<UInt32> = []
        var newest: UInt32?
        for _ in 0..<2000 {
            let next = newest.map { $0 + 1 } ?? 0
            let sequence =
                switch Int.random(in: 0..<10, using: &generator) {
                case 0: next + UInt32.random(in: 0...90, using: &generator)
                case 1, 2: next - min(next, UInt32.random(in: 1...64, using: &generator))
                default: next
                }
            let expected: SequenceTracker.Arrival =
                if newest.map({ sequence > $0 }) ?? true { .first } else {
                    seen.contains(sequence) ? .duplicate : .late
                }
            #expect(tracker.receive(sequence) == expected)
            seen.insert(sequence)
            newest = max(newest ?? 0, sequence)
            #expect(tracker.missing == Int(newest ?? 0) + 1 - seen.count)
        }
    }

    /// Wherever the arrivals come from: what is missing is what was skipped, and no count is made up.
    @Test(arguments: 0..<20)
    func withAnyDisplacementTheCountsAddUp(_ seed: Int) {
        var generator = SeededGenerator(seed: 1000 + UInt64(seed))
        var sequences = (0..<3000).map { UInt32($0) }
        sequences.shuffle(using: &generator)
        sequences.removeLast(500)
        var tracker = SequenceTracker()
        var unique = 0
        for sequence in sequences where tracker.receive(sequence) != .duplicate { unique += 1 }
        #expect(unique == 2500)
        #expect(tracker.missing == Int(tracker.next) - 2500)
    }
}
