import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinCluster

@Suite
struct PublicationRingTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a ring holds the newest of what was appended, at every size and through every change of it`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var ring = PublicationRing()
        var model: [UInt64] = []
        for offset in UInt64(1)...5_000 {
            ring.append(Publication(data: Array(repeating: 0, count: Int(offset % 7)), offset: offset))
            model.append(offset)
            if Int.random(in: 0..<3, using: &generator) == 0 {
                let limit = [0, 1, 3, 4, 5, 16, 100, 1000].randomElement(using: &generator) ?? 0
                ring.trim(to: limit)
                model = model.suffix(limit)
            }
            #expect(ring.top == offset)
            #expect(ring.count == model.count)
            #expect(ring.bytes == model.reduce(0) { $0 + Int($1 % 7) })
            let first = offset - UInt64(model.count) + 1
            #expect(ring.publications(from: first, through: offset).map(\.offset) == model)
        }
    }

    @Test
    func `an empty ring holds no memory and a shrunk one little`() {
        var ring = PublicationRing()
        for offset in UInt64(1)...1000 { ring.append(Publication(data: [1], offset: offset)) }
        #expect(ring.capacity == 1024)
        for offset in UInt64(1001)...1010 {
            ring.append(Publication(data: [1], offset: offset))
            ring.trim(to: 2)
        }
        #expect(ring.capacity <= 8)
        ring.trim(to: 0)
        #expect(ring.capacity == 0)
        #expect(ring.bytes == 0)
        #expect(ring.top == 1010)
    }
}
