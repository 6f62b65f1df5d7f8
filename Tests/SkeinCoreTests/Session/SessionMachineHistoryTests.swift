import SkeinCore
import Testing

/// Random histories of whole sessions, compared step by step with a model (see `SessionHistory`).
@Suite struct SessionMachineHistoryTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `10,000 random events come out as the model says`(seed: UInt64) throws {
        var history = SessionHistory(seed: seed)
        for _ in 0..<10_000 { try history.step() }
        for event in Self.mustHappen {
            #expect(history.counts[event, default: 0] > 0, "the history never came to '\(event)': \(history.counts)")
        }
    }

    /// A history that does not get here proves nothing about it.
    private static let mustHappen = [
        "sessions", "subscribe", "verify", "made", "failed", "waits", "unsubscribe", "later", "made and ended", "ended",
        "server subscribe", "undone", "expired", "refresh", "sub_refresh", "pong", "error 102", "error 103",
        "error 104",
        "error 105", "error 106", "error 107", "error 108", "3005 connection expired", "3012 no pong",
    ]
}
