import SkeinCore
import SkeinTestKit
import Testing

@Suite struct MonotonicInstantTests {
    @Test(
        arguments: [
            (5, .zero, 5),
            (5, .nanoseconds(7), 12),
            (5, .nanoseconds(-5), 0),
            (5, .nanoseconds(-6), 0),
            (0, .nanoseconds(-1), 0),
            (0, Duration(secondsComponent: 0, attosecondsComponent: 999_999_999), 0),
            (9, Duration(secondsComponent: 0, attosecondsComponent: -999_999_999), 9),
            (0, Duration(secondsComponent: 1, attosecondsComponent: 500_000_000_000_000_000), 1_500_000_000),
            (UInt64.max, .zero, .max),
            (UInt64.max - 1, .nanoseconds(1), .max),
            (UInt64.max, .nanoseconds(1), .max),
            (UInt64.max, .nanoseconds(-1), .max - 1),
            (UInt64.max - 10, .seconds(1), .max),
            (0, .nanoseconds(Int64.max), UInt64(Int64.max)),
            (3, .seconds(Int64.max), .max),
            (3, .seconds(Int64.min), 0),
            (UInt64.max, .seconds(Int64.max), .max),
        ] as [(UInt64, Duration, UInt64)]
    )
    func `adding a duration saturates at both ends`(row: (UInt64, Duration, UInt64)) {
        #expect(MonotonicInstant(nanoseconds: row.0) + row.1 == MonotonicInstant(nanoseconds: row.2))
    }

    /// Around ±2^63 ns, where the seconds still fit a signed word and the fraction no longer does.
    @Test(arguments: [Int64(0), 854_775_806, 854_775_807, 854_775_808, 900_000_000, 999_999_999])
    func `adding a positive duration never goes back, and a negative one never forward`(fraction: Int64) {
        let long = Duration.seconds(9_223_372_036) + .nanoseconds(fraction)
        for start in [0, 1, 1 << 62, 1 << 63, UInt64.max] {
            let instant = MonotonicInstant(nanoseconds: start)
            #expect(instant + long >= instant)
            #expect(instant + (.zero - long) <= instant)
        }
    }

    @Test func `adding agrees with plain arithmetic wherever that has an answer`() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<10_000 {
            let start = random.next() >> UInt64.random(in: 0..<64, using: &random)
            let delta = Int64(truncatingIfNeeded: random.next()) >> Int64.random(in: 2..<63, using: &random)
            let exact = Int128(start) + Int128(delta)
            let expected = UInt64(min(max(exact, 0), Int128(UInt64.max)))
            let sum = MonotonicInstant(nanoseconds: start) + .nanoseconds(delta)
            #expect(sum.nanoseconds == expected)
        }
    }

    @Test(
        arguments: [
            (5, 5, 0), (7, 5, 2), (5, 7, -2), (0, UInt64.max, -Int64.max), (UInt64.max, 0, .max),
            (UInt64.max, .max, 0), (1 << 63, 0, .max), (0, 1 << 63, -Int64.max),
        ] as [(UInt64, UInt64, Int64)]
    )
    func `the time between two instants saturates`(row: (UInt64, UInt64, Int64)) {
        let difference = MonotonicInstant(nanoseconds: row.0).since(MonotonicInstant(nanoseconds: row.1))
        #expect(difference == .nanoseconds(row.2))
    }

    @Test func `instants are ordered, and nothing is later than the distant future`() {
        #expect(MonotonicInstant(nanoseconds: 1) < MonotonicInstant(nanoseconds: 2))
        #expect(!(MonotonicInstant(nanoseconds: 2) < MonotonicInstant(nanoseconds: 2)))
        #expect(MonotonicInstant.distantFuture + .seconds(1) == .distantFuture)
        #expect(MonotonicInstant(nanoseconds: .max) == .distantFuture)
    }
}
