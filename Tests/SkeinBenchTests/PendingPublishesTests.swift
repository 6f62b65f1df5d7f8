import SkeinTestKit
import Testing

@testable import SkeinBench

@Suite struct PendingPublishesTests {
    @Test(arguments: 0..<10)
    func answersInAnyOrderFindTheirPublication(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var pending = PendingPublishes(firstID: 3)
        var open: [UInt64] = []
        for step in 0..<5000 {
            if open.isEmpty || Int.random(in: 0..<100, using: &generator) < 52 {
                open.append(pending.add(time: UInt64(step), channel: UInt32(step), isMeasured: step % 2 == 0))
            } else {
                let id = open.remove(at: .random(in: 0..<open.count, using: &generator))
                let entry = pending.remove(id)
                #expect(entry.map { UInt64($0.channel) == $0.time } == true)
                #expect(pending.remove(id)?.time == nil)
            }
        }
        #expect(pending.remove(1)?.time == nil && pending.remove(.max)?.time == nil)
    }
}
