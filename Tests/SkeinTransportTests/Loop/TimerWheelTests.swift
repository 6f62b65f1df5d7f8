import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinTransport

@Suite struct TimerWheelTests {
    private static let start: UInt64 = 1_000_000_000_007

    private func instant(_ milliseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Self.start + milliseconds * 1_000_000)
    }

    private func makeWheel(slots: Int = 512) -> TimerWheel {
        TimerWheel(now: self.instant(0), slots: slots)
    }

    private func names(_ due: [any Timed]) -> [Int] {
        due.compactMap { ($0 as? FakeTimed)?.name }.sorted()
    }

    @Test func `a deadline fires once, not before it and at most one resolution after it`() {
        for deadline in stride(from: 1 as UInt64, through: 400, by: 7) {
            var wheel = self.makeWheel()
            let timed = FakeTimed()
            wheel.arm(timed, at: self.instant(deadline))
            var fired: UInt64?
            for now in 0...600 as ClosedRange<UInt64> where !wheel.advance(now: self.instant(now)).isEmpty {
                #expect(fired == nil, "it fires once")
                fired = now
            }
            #expect(fired.map { $0 >= deadline && $0 <= deadline + 100 } == true, "\(deadline) fired at \(fired ?? 0)")
            #expect(timed.timerPlace == nil && wheel.all.isEmpty)
        }
    }

    @Test func `a deadline in the past fires at the next tick`() {
        var wheel = self.makeWheel()
        _ = wheel.advance(now: self.instant(1000))
        let timed = FakeTimed(5)
        wheel.arm(timed, at: self.instant(1))
        #expect(self.names(wheel.advance(now: self.instant(1100))) == [5])
    }

    @Test func `a deadline that is rounds away fires in its own round`() {
        var wheel = self.makeWheel(slots: 8)
        let timed = FakeTimed(1)
        wheel.arm(timed, at: self.instant(5000))
        for now in stride(from: 100 as UInt64, to: 5000, by: 100) {
            #expect(wheel.advance(now: self.instant(now)).isEmpty, "too early: \(now)")
        }
        #expect(self.names(wheel.advance(now: self.instant(5000)) + wheel.advance(now: self.instant(5100))) == [1])
    }

    @Test func `a long pause fires everything that is due, whatever the number of rounds`() {
        var wheel = self.makeWheel(slots: 8)
        let all = (0..<100).map { FakeTimed($0) }
        for timed in all { wheel.arm(timed, at: self.instant(UInt64(timed.name) * 50)) }
        #expect(self.names(wheel.advance(now: self.instant(2600))) == Array(0...52))
        #expect(self.names(wheel.advance(now: self.instant(1_000_000))) == Array(53...99))
    }

    @Test func `time that stands still or runs back fires nothing`() {
        var wheel = self.makeWheel()
        let timed = FakeTimed(1)
        wheel.arm(timed, at: self.instant(250))
        _ = wheel.advance(now: self.instant(200))
        #expect(wheel.advance(now: self.instant(200)).isEmpty)
        #expect(wheel.advance(now: self.instant(100)).isEmpty)
        #expect(self.names(wheel.advance(now: self.instant(400))) == [1])
    }

    @Test func `arming again replaces the deadline`() {
        var wheel = self.makeWheel()
        let timed = FakeTimed(1)
        wheel.arm(timed, at: self.instant(200))
        wheel.arm(timed, at: self.instant(900))
        #expect(wheel.all.count == 1)
        #expect(wheel.advance(now: self.instant(800)).isEmpty)
        #expect(self.names(wheel.advance(now: self.instant(1000))) == [1])
        wheel.arm(timed, at: self.instant(2000))
        wheel.arm(timed, at: self.instant(1500))
        #expect(self.names(wheel.advance(now: self.instant(1600))) == [1])
        #expect(wheel.advance(now: self.instant(3000)).isEmpty)
    }

    @Test func `the distant future disarms`() {
        var wheel = self.makeWheel()
        let timed = FakeTimed(1)
        wheel.arm(timed, at: self.instant(200))
        wheel.arm(timed, at: .distantFuture)
        #expect(timed.timerPlace == nil && wheel.all.isEmpty)
        wheel.arm(timed, at: MonotonicInstant(nanoseconds: .max - 1))
        #expect(timed.timerPlace != nil)
    }

    @Test func `disarming what is not armed does nothing`() {
        var wheel = self.makeWheel()
        wheel.disarm(FakeTimed())
        let timed = FakeTimed(1)
        wheel.arm(timed, at: self.instant(200))
        wheel.disarm(timed)
        wheel.disarm(timed)
        #expect(wheel.all.isEmpty && wheel.advance(now: self.instant(5000)).isEmpty)
    }

    @Test func `whoever moves within a slot still knows its place`() {
        var wheel = self.makeWheel()
        let all = (0..<5).map { FakeTimed($0) }
        for timed in all { wheel.arm(timed, at: self.instant(200)) }
        wheel.disarm(all[0])
        wheel.disarm(all[3])
        wheel.disarm(all[4])
        #expect(self.names(wheel.all) == [1, 2])
        #expect(self.names(wheel.advance(now: self.instant(400))) == [1, 2])
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `a random history agrees with a sorted list`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var wheel = self.makeWheel(slots: 16)
        let all = (0..<50).map { FakeTimed($0) }
        var armed: [Int: UInt64] = [:]
        var now: UInt64 = 0
        for _ in 0..<5000 {
            let timed = all[Int.random(in: 0..<all.count, using: &random)]
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let deadline = now + UInt64.random(in: 0...5000, using: &random)
                wheel.arm(timed, at: self.instant(deadline))
                armed[timed.name] = deadline
            case 2:
                wheel.disarm(timed)
                armed[timed.name] = nil
            default:
                now += UInt64.random(in: 1...300, using: &random)
                let fired = Set(self.names(wheel.advance(now: self.instant(now))))
                let allowed = Set(armed.filter { $0.value <= now }.keys)
                let required = Set(armed.filter { $0.value + 100 <= now }.keys)
                #expect(fired.isSubset(of: allowed), "nothing fires early")
                #expect(required.isSubset(of: fired), "nothing fires more than one resolution late")
                for name in fired { armed[name] = nil }
            }
            #expect(Set(self.names(wheel.all)) == Set(armed.keys))
            for timed in all { #expect((timed.timerPlace != nil) == (armed[timed.name] != nil)) }
        }
    }
}
