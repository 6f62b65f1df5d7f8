/// Counts a session's errors, so that a client that only makes mistakes is sent away.
struct ErrorBudget: Sendable {
    /// The errors within the window, oldest first; most sessions never have one.
    private var times: [MonotonicInstant] = []

    /// Notes an error and tells whether it was one too many: `limits.errors` within `limits.errorWindow`. O(errors).
    mutating func spend(now: MonotonicInstant, limits: SessionLimits) -> Bool {
        self.times.removeAll { now.since($0) >= limits.errorWindow }
        self.times.append(now)
        return self.times.count >= limits.errors
    }
}
