import SkeinTestKit
import Testing

@testable import SkeinCluster

@Suite
struct SlotTableTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a table holds what a dictionary would`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var table = SlotTable<Int, Int>()
        var model: [Int: Int] = [:]
        for step in 0..<20_000 {
            let key = Int.random(in: 0..<300, using: &generator)
            switch (Int.random(in: 0..<10, using: &generator), table.index(of: key)) {
            case (0..<5, nil):
                _ = table.insert(step, for: key)
                model[key] = step
            case (0..<5, let index?):
                table.update(at: index) { $0 = step }
                model[key] = step
            case (5..<9, let index?):
                table.remove(at: index)
                model[key] = nil
            case (9, _):
                table.visit(atMost: 3) { value in
                    guard value.isMultiple(of: 2) else { return true }
                    model = model.filter { $0.value != value }
                    return false
                }
            default: break
            }
            #expect(table.count == model.count)
            let actual = table.index(of: key).map { index in table.update(at: index) { $0 } }
            #expect(actual == model[key])
        }
    }

    @Test
    func `visits go round and meet every value once in a round`() {
        var table = SlotTable<Int, Int>()
        for number in 0..<10 { _ = table.insert(number, for: number) }
        var visited: [Int] = []
        for _ in 0..<5 {
            table.visit(atMost: 4) { value in
                visited.append(value)
                return true
            }
        }
        #expect(visited == Array(0..<10) + Array(0..<10))
        visited = []
        table.visit(atMost: 100) { value in
            visited.append(value)
            return false
        }
        #expect(visited.sorted() == Array(0..<10))
        #expect(table.count == 0)
    }

    @Test
    func `a whole round meets every value once, wherever it starts and whatever it removes`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            var table = SlotTable<Int, Int>()
            let count = Int.random(in: 1..<12, using: &generator)
            for number in 0..<count { _ = table.insert(number, for: number) }
            table.visit(atMost: Int.random(in: 0...count, using: &generator)) { _ in true }
            var visited: [Int] = []
            var kept: [Int] = []
            table.visit(atMost: count) { value in
                visited.append(value)
                let isKept = Bool.random(using: &generator)
                if isKept { kept.append(value) }
                return isKept
            }
            #expect(visited.sorted() == Array(0..<count))
            #expect(table.count == kept.count)
            #expect(kept.allSatisfy { table.index(of: $0) != nil })
        }
    }

    @Test
    func `memory follows the number of values downwards`() {
        var table = SlotTable<Int, Int>()
        for number in 0..<10_000 { _ = table.insert(number, for: number) }
        for number in 0..<9_990 {
            if let index = table.index(of: number) { table.remove(at: index) }
        }
        #expect(table.capacity < 100)
        let rest = (9_990..<10_000).compactMap { key in
            table.index(of: key).map { index in table.update(at: index) { $0 } }
        }
        #expect(rest == Array(9_990..<10_000))
    }
}
