/// How long to wait before the next attempt: full jitter over a bound that doubles.
///
/// Every wait is drawn from all of `0...min(cap, base * 2^attempt)`. Nodes that lost the same peer in the same moment
/// come back evenly spread, which half of the randomness would not give.
public struct Backoff: Sendable, Equatable {
    private let base: Duration
    private let cap: Duration
    private var bound: Duration

    /// Starts with waits up to `base`; no wait is longer than `cap`. Negative durations count as zero.
    public init(base: Duration, cap: Duration) {
        self.cap = max(.zero, cap)
        self.base = min(max(.zero, base), self.cap)
        self.bound = self.base
    }

    /// Draws the wait before the next attempt.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let bound = self.bound
        // In this order nothing overflows, whatever the cap.
        self.bound = bound >= self.cap - bound ? self.cap : bound + bound
        return Duration(attoseconds: Int128.random(in: 0...bound.attoseconds, using: &generator))
    }

    /// An attempt succeeded: the next wait is a first one again.
    public mutating func reset() {
        self.bound = self.base
    }
}
