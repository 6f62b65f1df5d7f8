import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinServer

struct RebalanceMachineTests {
    private func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: 0) + .seconds(seconds) }

    @Test func `nothing moves before the ring has settled, and then once`() {
        var machine = RebalanceMachine("a")
        machine.changed(to: "ab", settlesAt: self.at(10))
        #expect(machine.due(now: self.at(9)).map(\.to) == nil)
        let move = machine.due(now: self.at(10))
        #expect(move?.from == "a" && move?.to == "ab")
        #expect(machine.due(now: self.at(11)).map(\.to) == nil)
    }

    @Test func `several changes are one move, from the ring that clients were placed by`() {
        var machine = RebalanceMachine("a")
        machine.changed(to: "ab", settlesAt: self.at(10))
        machine.changed(to: "abc", settlesAt: self.at(15))
        #expect(machine.due(now: self.at(12)).map(\.to) == nil)
        let move = machine.due(now: self.at(15))
        #expect(move?.from == "a" && move?.to == "abc")
    }

    @Test func `a node that was away for less than that moves nobody`() {
        var machine = RebalanceMachine("ab")
        machine.changed(to: "a", settlesAt: self.at(10))
        machine.changed(to: "ab", settlesAt: self.at(12))
        let move = machine.due(now: self.at(12))
        #expect(move?.from == "ab" && move?.to == "ab")
    }

    @Test(arguments: 0..<20) func `moves follow each other without a break`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var machine = RebalanceMachine(0)
        var (newest, placed) = (0, 0)
        var dueAt: Int64?
        for second in 0..<Int64(200) {
            if Int.random(in: 0..<5, using: &generator) == 0 {
                newest += 1
                dueAt = second + Int64.random(in: 0...4, using: &generator)
                machine.changed(to: newest, settlesAt: self.at(dueAt ?? 0))
            }
            let move = machine.due(now: self.at(second))
            #expect((move != nil) == (dueAt.map { $0 <= second } ?? false))
            guard let move else { continue }
            #expect(move.from == placed && move.to == newest)
            placed = newest
            dueAt = nil
        }
    }
}
