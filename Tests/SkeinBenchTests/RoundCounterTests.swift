import Testing

@testable import SkeinBench

@Suite struct RoundCounterTests {
    @Test func aRoundEndsWithItsLastArrivalOnce() {
        var rounds = RoundCounter(arrivals: 3, inFlight: 2)
        #expect([0, 0, 1, 0, 1, 1].map { rounds.arrived($0) } == [false, false, false, true, false, true])
        #expect(rounds.arrived(0) == false)
    }

    @Test func aForgottenRoundNeverEndsAndDisturbsNone() {
        var rounds = RoundCounter(arrivals: 2, inFlight: 1)
        #expect(rounds.arrived(0) == false)
        // The number that takes the place of 0.
        #expect(rounds.arrived(64) == false)
        #expect(rounds.arrived(0) == false)
        #expect(rounds.arrived(64) == true)
    }
}
