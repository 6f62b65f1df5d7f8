import Testing

@testable import SkeinBench

@Suite struct BenchmarkPlanShareTests {
    private func plan(_ scenario: BenchmarkScenario, _ load: BenchmarkLoad) throws -> BenchmarkPlan {
        var plan = BenchmarkPlan(scenario: scenario, target: try BenchmarkTarget("ws://h"))
        plan.connections = 1003
        plan.load = load
        return plan
    }

    @Test func sharesMakeTheWholeAndFollowOneAnother() throws {
        let plan = try self.plan(.unicast, .closed(inFlight: 10))
        let shares = (0..<4).map { plan.share($0, of: 4, run: 9) }
        #expect(shares.map(\.connections) == [251, 251, 251, 250])
        #expect(shares.map(\.firstConnection) == [0, 251, 502, 753])
        #expect(shares.map(\.handshakes).reduce(0, +) == plan.handshakes)
        #expect(shares.map(\.load) == [3, 3, 2, 2].map { .closed(inFlight: $0) })
        #expect(Set(shares.map(\.channelPrefix)).count == 4)
        #expect(shares.allSatisfy { $0.run == 9 })
        for share in shares { try share.validate() }
    }

    @Test func onOneChannelTheFirstPublishesForAll() throws {
        let plan = try self.plan(.fanout, .rate(100))
        let shares = (0..<3).map { plan.share($0, of: 3, run: 1) }
        #expect(shares.map(\.onlyReceives) == [false, true, true])
        #expect(shares.allSatisfy { $0.load == .rate(100) && $0.channelPrefix == plan.channelPrefix })
        var phase = LoopCounters.Phase()
        (phase.published, phase.refused, phase.expected) = (10, 1, 7)
        phase.expectEverywhere(1003)
        #expect(phase.expected == 9 * 1003)
    }

    @Test func whatCannotBeSharedIsRefused() throws {
        #expect(throws: BenchmarkFailure.self) { try self.plan(.fanout, .closed(inFlight: 1)).validate(processes: 2) }
        #expect(throws: BenchmarkFailure.self) { try self.plan(.history, .rate(1)).validate(processes: 2) }
        #expect(throws: BenchmarkFailure.self) { try self.plan(.unicast, .closed(inFlight: 1)).validate(processes: 2) }
        #expect(throws: BenchmarkFailure.self) { try self.plan(.idle, .rate(1)).validate(processes: 1004) }
        try self.plan(.fanout, .closed(inFlight: 1)).validate(processes: 1)
        try self.plan(.storm, .closed(inFlight: 1)).validate(processes: 8)
    }
}
