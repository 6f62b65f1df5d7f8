import SkeinCore
import Testing

/// A client that only makes mistakes is sent away with 3509.
@Suite struct SessionMachineErrorBudgetTests {
    private static func outcomes(_ harness: inout SessionHarness, _ count: Int) -> [SessionOutcome] {
        (0..<count).map { _ in harness.send(.unknown).outcome }
    }

    private static let error = SessionOutcome.error(.methodNotFound)
    private static let end = SessionOutcome.disconnect(.tooManyErrors)

    @Test func `nine errors are answered, the tenth within ten seconds ends the session`() throws {
        var harness = try SessionHarness.connected()
        #expect(Self.outcomes(&harness, 10) == Array(repeating: Self.error, count: 9) + [Self.end])
    }

    @Test func `the tenth error ends the session just before the window is over, and not at its end`() throws {
        for (pause, last) in [(Duration.seconds(10) - .nanoseconds(1), Self.end), (.seconds(10), Self.error)] {
            var harness = try SessionHarness.connected()
            #expect(Self.outcomes(&harness, 9) == Array(repeating: Self.error, count: 9))
            harness.advance(pause)
            #expect(Self.outcomes(&harness, 1) == [last])
        }
    }

    @Test func `the window starts with an error, not with the session`() throws {
        var harness = try SessionHarness.connected()
        harness.advance(.seconds(9.5))
        #expect(Self.outcomes(&harness, 9) == Array(repeating: Self.error, count: 9))
        harness.advance(.seconds(9.5))
        #expect(Self.outcomes(&harness, 1) == [Self.end])
    }

    @Test func `a new window has the whole budget`() throws {
        var harness = try SessionHarness.connected()
        for _ in 0..<5 {
            #expect(Self.outcomes(&harness, 9) == Array(repeating: Self.error, count: 9))
            harness.advance(.seconds(10))
        }
    }

    @Test func `the limit and the window are those of the configuration`() throws {
        var limits = SessionLimits()
        limits.errors = 2
        limits.errorWindow = .seconds(1)
        var harness = try SessionHarness.connected(policy: .sample(limits: limits))
        #expect(Self.outcomes(&harness, 1) == [Self.error])
        harness.advance(.seconds(1))
        #expect(Self.outcomes(&harness, 2) == [Self.error, Self.end])
    }

    @Test func `temporary errors are the server's and cost the client nothing`() throws {
        var harness = try SessionHarness.connected()
        for code in [ErrorCode.internal, .tooManyRequests, .concurrentPagination] {
            for _ in 0..<20 {
                let action = harness.machine.fail(1, code, policy: harness.policy, now: harness.now)
                #expect(action.outcome == .error(code))
            }
        }
        #expect(Self.outcomes(&harness, 10).last == Self.end)
    }

    @Test func `errors of every command count, also those of tokens`() throws {
        var harness = try SessionHarness.connected()
        let expired = Result<SubscriptionGrant, TokenRejection>.failure(TokenRejection(.expired, reason: "exp"))
        for _ in 0..<3 {
            #expect(harness.send(.presence(channel: "closed:a")).outcome == .error(.permissionDenied))
            #expect(try harness.subscribe("token:a", verification: expired).outcome == .error(.tokenExpired))
            #expect(harness.send(.publish(PublishRequest(channel: "", data: [1]))).outcome == .error(.badRequest))
        }
        #expect(try harness.subscribe("token:a", verification: expired).outcome == Self.end)
    }

    @Test func `commands that succeed cost nothing`() throws {
        var harness = try SessionHarness.connected()
        for _ in 0..<100 { #expect(harness.send(.ping).outcome == .reply(.ping)) }
        #expect(Self.outcomes(&harness, 9) == Array(repeating: Self.error, count: 9))
    }
}
