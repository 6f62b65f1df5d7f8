import SkeinCore
import Testing

@Suite struct TokenBucketTests {
    private func at(_ milliseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
    }

    @Test func `a burst passes and one more does not`() {
        var bucket = TokenBucket(burst: 3, now: self.at(0))
        let taken = (0..<5).map { _ in bucket.take(rate: 1, burst: 3, now: self.at(0)) }
        #expect(taken == [true, true, true, false, false])
    }

    @Test func `tokens come back at the rate, also in small steps`() {
        var bucket = TokenBucket(burst: 1, now: self.at(0))
        _ = bucket.take(rate: 8, burst: 1, now: self.at(0))
        #expect(bucket.take(rate: 8, burst: 1, now: self.at(124)) == false)
        #expect(bucket.take(rate: 8, burst: 1, now: self.at(125)) == true)
        #expect(bucket.take(rate: 8, burst: 1, now: self.at(126)) == false)
    }

    @Test func `a long silence gives no more than a burst`() {
        var bucket = TokenBucket(burst: 2, now: self.at(0))
        let late = MonotonicInstant.distantFuture
        let taken = (0..<4).map { _ in bucket.take(rate: 1000, burst: 2, now: late) }
        #expect(taken == [true, true, false, false])
    }

    @Test func `a bucket without rate and burst gives nothing`() {
        var bucket = TokenBucket(burst: 0, now: self.at(0))
        #expect(bucket.take(rate: 0, burst: 0, now: self.at(60_000)) == false)
    }
}
