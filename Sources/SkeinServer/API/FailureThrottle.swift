import SkeinCore

/// Counts wrong keys by address, so that nobody can try out keys quickly.
///
/// One token bucket for each address that has failed lately, holding one second's worth of attempts. The table is
/// bounded: addresses whose bucket is full again are forgotten, and when it is full of others, those that find no
/// place share one bucket. An attacker with many addresses thus gets one more budget, not one for each.
struct FailureThrottle {
    private struct Attempts {
        var bucket: TokenBucket
        var lastFailure: MonotonicInstant
    }

    private var attempts: [String: Attempts] = [:]
    private var shared: TokenBucket
    private var sweptAt: MonotonicInstant
    private let maximumAddresses: Int

    /// An empty table.
    init(maximumAddresses: Int = APILimits.addresses, now: MonotonicInstant) {
        self.maximumAddresses = maximumAddresses
        self.shared = TokenBucket(burst: 1, now: now)
        self.sweptAt = now
    }

    /// Addresses that are remembered.
    var count: Int { self.attempts.count }

    /// Whether the address has used up its attempts. O(1).
    func isExhausted(_ address: String, rate: Int, now: MonotonicInstant) -> Bool {
        var bucket = self.attempts[address]?.bucket ?? self.strangers(rate: rate, now: now)
        return !bucket.take(rate: rate, burst: rate, now: now)
    }

    /// The address sent a wrong key. O(1), and O(addresses) at most once a second when the table is full.
    mutating func failed(_ address: String, rate: Int, now: MonotonicInstant) {
        if self.attempts[address] == nil, self.attempts.count >= self.maximumAddresses {
            self.forgetRecovered(now: now)
        }
        if self.attempts[address] == nil, self.attempts.count >= self.maximumAddresses {
            _ = self.shared.take(rate: rate, burst: rate, now: now)
            return
        }
        var bucket = self.attempts[address]?.bucket ?? TokenBucket(burst: rate, now: now)
        _ = bucket.take(rate: rate, burst: rate, now: now)
        self.attempts[address] = Attempts(bucket: bucket, lastFailure: now)
    }

    /// What an address without a bucket of its own has: a full one while there is room for it.
    private func strangers(rate: Int, now: MonotonicInstant) -> TokenBucket {
        self.attempts.count < self.maximumAddresses ? TokenBucket(burst: rate, now: now) : self.shared
    }

    /// A second after the last failure a bucket is full, and as good as none.
    private mutating func forgetRecovered(now: MonotonicInstant) {
        guard now.since(self.sweptAt) >= .seconds(1) else { return }
        self.sweptAt = now
        self.attempts = self.attempts.filter { now.since($0.value.lastFailure) < .seconds(1) }
    }
}
