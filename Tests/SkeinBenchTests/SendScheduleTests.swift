import SkeinTestKit
import Testing

@testable import SkeinBench

@Suite struct SendScheduleTests {
    @Test func aRateSpreadsPublicationsEvenly() {
        let schedule = SendSchedule(start: 1000, rate: 1000)
        #expect((0..<4).map { schedule.time(of: $0) } == [1000, 1_001_000, 2_001_000, 3_001_000])
        #expect(schedule.due(by: 999) == 0)
        #expect(schedule.due(by: 1000) == 1)
        #expect(schedule.due(by: 1_000_999) == 1)
        #expect(schedule.due(by: 1_001_000) == 2)
    }

    @Test func aStallMovesNothing() {
        let schedule = SendSchedule(start: 0, rate: 100)
        #expect(schedule.due(by: 5_000_000_000) == 501)
        #expect(schedule.time(of: 500) == 5_000_000_000)
    }

    @Test func publishersTakeTurns() {
        let all = SendSchedule(start: 50, rate: 400)
        let shares = (0..<4).map { SendSchedule(start: 50, rate: 400, publisher: $0, of: 4) }
        for number in 0..<40 {
            let (own, whole) = (shares[number % 4].time(of: number / 4), all.time(of: number))
            #expect(max(own, whole) - min(own, whole) <= 1)
        }
    }

    @Test func burstsLeaveTogether() {
        let schedule = SendSchedule(start: 10, burst: 3, interval: 100)
        #expect((0..<7).map { schedule.time(of: $0) } == [10, 10, 10, 110, 110, 110, 210])
        #expect(schedule.due(by: 10) == 3)
        #expect(schedule.due(by: 109) == 3)
        #expect(schedule.due(by: 110) == 6)
    }

    @Test(arguments: 0..<20)
    func whatIsDueIsExactlyWhatHasItsTime(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let schedule = SendSchedule(
            start: .random(in: 0...1_000_000_000_000_000, using: &generator),
            burst: .random(in: 1...5, using: &generator),
            interval: .random(in: 300...10_000_000, using: &generator)
        )
        for _ in 0..<200 {
            let now = schedule.start + .random(in: 0...3_600_000_000_000, using: &generator)
            let due = schedule.due(by: now)
            #expect(schedule.time(of: due - 1) <= now)
            #expect(schedule.time(of: due) > now)
        }
    }
}
