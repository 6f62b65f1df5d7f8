import Testing

@testable import SkeinBench

@Suite struct BenchmarkPlanTests {
    private func plan(_ scenario: BenchmarkScenario, _ change: (inout BenchmarkPlan) -> Void) throws -> BenchmarkPlan {
        var plan = BenchmarkPlan(scenario: scenario, target: try BenchmarkTarget("ws://h"))
        change(&plan)
        return plan
    }

    private func failure(_ scenario: BenchmarkScenario, _ change: (inout BenchmarkPlan) -> Void) throws -> String {
        let plan = try self.plan(scenario, change)
        return try #require(throws: BenchmarkFailure.self) { try plan.validate() }.description
    }

    @Test(arguments: BenchmarkScenario.allCases)
    func theDefaultsAreGood(_ scenario: BenchmarkScenario) throws {
        try self.plan(scenario) { _ in }.validate()
    }

    @Test func eachRefusalNamesItsOption() throws {
        #expect(try self.failure(.fanout) { $0.connections = 0 }.contains("--connections"))
        #expect(try self.failure(.fanout) { $0.payload = PayloadMarker.length + 1 }.contains("--payload"))
        #expect(try self.failure(.fanout) { $0.loops = 0 }.contains("--loops"))
        #expect(try self.failure(.fanout) { $0.load = .rate(0) }.contains("--rate"))
        #expect(try self.failure(.fanout) { $0.load = .rate(.nan) }.contains("--rate"))
        #expect(try self.failure(.burst) { $0.load = .bursts(size: 0, every: .seconds(1)) }.contains("--burst"))
        #expect(try self.failure(.burst) { $0.load = .bursts(size: 1, every: .zero) }.contains("--every"))
        #expect(try self.failure(.fanout) { $0.duration = .zero }.contains("--duration"))
        #expect(try self.failure(.history) { $0.cutShare = 0 }.contains("--share"))
        #expect(try self.failure(.history) { $0.missedMessages = 0 }.contains("--messages"))
        #expect(try self.failure(.fanout) { $0.channelPrefix = "a\"b" }.contains("--channel-prefix"))
        #expect(try self.failure(.fanout) { $0.headers = [("X-A", "b\r\nc: d")] }.contains("--header"))
    }

    @Test func aChannelHasOnePublisherAndALoopAtLeastOnePublicationForEach() throws {
        #expect(try self.failure(.unicast) { $0.publishers = 2 }.contains("--in-flight"))
        let two = try self.plan(.unicast) {
            $0.publishers = 2
            $0.load = .closed(inFlight: 2)
        }
        try two.validate()
        let few = try self.failure(.unicast) {
            $0.connections = 1
            $0.publishers = 2
            $0.load = .rate(5)
        }
        #expect(few.contains("--publishers"))
        let redis = try RedisTarget("redis://h")
        let several = try self.failure(.hop) {
            $0.redis = redis
            $0.load = .closed(inFlight: 2)
        }
        #expect(several.contains("--redis"))
    }

    @Test func addressesAreReadWithTheirDefaults() throws {
        #expect(try BenchmarkTarget("ws://h").description == "ws://h:80/connection/websocket")
        #expect(try BenchmarkTarget("wss://h:1?cid=2").description == "wss://h:1/connection/websocket?cid=2")
        #expect(try BenchmarkTarget("ws://[::1]:8/x").description == "ws://[::1]:8/x")
        let redis = try RedisTarget("redis://u:p@h")
        #expect((redis.host, redis.port, redis.user, redis.password) == ("h", 6379, "u", "p"))
    }

    @Test(arguments: [
        "", "h:1", "http://h", "ws://", "ws://h:0", "ws://h:65536", "ws://h:x", "ws://h/a b", "ws://[::1",
    ])
    func whatIsNoAddressIsRefused(_ url: String) {
        #expect(throws: BenchmarkFailure.self) { try BenchmarkTarget(url) }
    }
}
