import SkeinTestKit
import Testing

@testable import SkeinServer

/// When the memory of ended connections is given back.
@Suite struct MemoryReturnTests {
    private func decisions(_ counts: [Int]) -> [Bool] {
        var memory = MemoryReturn()
        return counts.map { memory.observe(connections: $0) }
    }

    @Test func `a node that only grows gives nothing back`() {
        #expect(!self.decisions([0, 10, 5000, 10_000, 10_000]).contains(true))
    }

    @Test func `memory goes back once, when the connections have gone`() {
        #expect(self.decisions([10_000, 0, 0, 0, 0]) == [false, false, true, false, false])
    }

    @Test func `nothing is given back while connections still go`() {
        #expect(self.decisions([10_000, 4000, 3000, 2000, 1990, 1990]) == [false, false, false, false, true, false])
    }

    @Test func `a few connections, or less than half of many, are not worth it`() {
        #expect(!self.decisions([900, 0, 0, 0]).contains(true))
        #expect(!self.decisions([10_000, 5001, 5001, 5001]).contains(true))
    }

    @Test func `a second burst is given back as well`() {
        #expect(self.decisions([10_000, 100, 100, 8000, 100, 100]) == [false, false, true, false, false, true])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `in a random history every lasting drop is followed by a return`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var memory = MemoryReturn()
        for _ in 0..<200 {
            let peak = Int.random(in: 2000...20_000, using: &generator)
            let rest = Int.random(in: 0...peak / 2 - 1, using: &generator)
            _ = memory.observe(connections: peak)
            guard peak - rest >= 1000 else { continue }
            let returned = (0..<3).map { _ in memory.observe(connections: rest) }
            #expect(returned.filter { $0 }.count == 1, "\(peak) to \(rest)")
        }
    }
}
