/// Counts a session's errors, so that a client that only makes mistakes is sent away.
struct ErrorBudget: Sendable {
    private var windowStart = MonotonicInstant(nanoseconds: 0)
    private var count = 0

    /// Notes an error and tells whether it was one too many: `limits.errors` within `limits.errorWindow`.
    mutating func spend(now: MonotonicInstant, limits: SessionLimits) -> Bool {
        if now.since(self.windowStart) >= limits.errorWindow || self.count == 0 {
            self.windowStart = now
            self.count = 0
        }
        self.count += 1
        return self.count >= limits.errors
    }
}
