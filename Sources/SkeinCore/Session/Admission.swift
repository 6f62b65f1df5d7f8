/// How many handshakes a node takes.
public struct AdmissionLimits: Sendable, Equatable {
    /// Handshakes per second; 0 for any number.
    public var rate: Int
    /// How many may come at once after a quiet time.
    public var burst: Int

    /// Limits handshakes.
    public init(rate: Int = 0, burst: Int = 0) {
        self.rate = rate
        self.burst = burst
    }

    /// The part of one of `count` loops; at least 1 of what is limited.
    public func share(of count: Int) -> AdmissionLimits {
        guard self.rate > 0 else { return self }
        return AdmissionLimits(rate: max(1, self.rate / count), burst: max(1, self.burst / count))
    }
}

/// Lets handshakes in at a rate, and tells the others when to come back, so that a storm becomes a queue.
///
/// Whoever is sent away takes a place in a line that moves at the rate, and is told to come back about when it would be served.
/// Nobody is remembered: the line is one number.
public struct Admission: Sendable {
    /// What to do with a handshake.
    public enum Decision: Sendable, Equatable {
        case admitted
        /// Answer 503; `retryAfter` in seconds, 1 or more.
        case refused(retryAfter: Int)
    }

    /// Nobody is sent away for longer, in seconds: a client that gave up leaves its place empty.
    private static let longestWait = 30.0

    private var bucket: TokenBucket
    /// When the line that stands now will have been served.
    private var served: MonotonicInstant

    /// Nobody stands in line.
    public init(limits: AdmissionLimits, now: MonotonicInstant) {
        self.bucket = TokenBucket(burst: limits.burst, now: now)
        self.served = now
    }

    /// Admits a handshake if that sends nobody away; who is not admitted has not been counted. O(1).
    public mutating func admitsAtOnce(_ limits: AdmissionLimits, now: MonotonicInstant) -> Bool {
        limits.rate == 0 || self.bucket.take(rate: limits.rate, burst: limits.burst, now: now)
    }

    /// Decides on a handshake. O(1).
    public mutating func decide(
        _ limits: AdmissionLimits,
        now: MonotonicInstant,
        using generator: inout some RandomNumberGenerator
    ) -> Decision {
        if self.admitsAtOnce(limits, now: now) { return .admitted }
        let line = max(.zero, self.served.since(now)) + .seconds(1) / limits.rate
        let wait = min(line / .seconds(1), Self.longestWait)
        self.served = now + .seconds(1) * wait
        // Those who were sent away together come back over as long a time again.
        let spread = Double.random(in: 0...max(1, wait), using: &generator)
        return .refused(retryAfter: 1 + Int(min(wait + spread, Self.longestWait)))
    }
}
