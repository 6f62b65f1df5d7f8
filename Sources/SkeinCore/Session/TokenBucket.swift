/// A rate with room for bursts.
public struct TokenBucket: Sendable, Equatable {
    private var tokens: Double
    private var filledAt: MonotonicInstant

    /// A full bucket.
    public init(burst: Int, now: MonotonicInstant) {
        self.tokens = Double(burst)
        self.filledAt = now
    }

    /// Takes one token if there is one; `rate` tokens come back each second, up to `burst`.
    public mutating func take(rate: Int, burst: Int, now: MonotonicInstant) -> Bool {
        let elapsed = now.since(self.filledAt)
        let (seconds, attoseconds) = elapsed.components
        let back = (Double(seconds) + Double(attoseconds) / 1e18) * Double(rate)
        self.tokens = min(Double(burst), self.tokens + max(0, back))
        self.filledAt = now
        guard self.tokens >= 1 else { return false }
        self.tokens -= 1
        return true
    }
}
