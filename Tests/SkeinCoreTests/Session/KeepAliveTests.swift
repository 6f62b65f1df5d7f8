import SkeinCore
import Testing

@Suite struct KeepAliveTests {
    private let limits = SessionLimits()

    private func at(_ milliseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test func `nothing happens before the session is accepted`() {
        var keepAlive = KeepAlive()
        #expect(keepAlive.deadline == .distantFuture)
        #expect(keepAlive.tick(now: self.at(1_000_000), limits: self.limits) == .none)
        #expect(keepAlive.receivedPong() == false)
        #expect(keepAlive == KeepAlive())
    }

    @Test func `the first ping is sent when it is due and once`() {
        var keepAlive = KeepAlive()
        keepAlive.start(firstPing: self.at(12_500))
        #expect(keepAlive.deadline == self.at(12_500))
        #expect(keepAlive.tick(now: self.at(12_499), limits: self.limits) == .none)
        #expect(keepAlive.tick(now: self.at(12_500), limits: self.limits) == .sendPing)
        #expect(keepAlive.tick(now: self.at(12_500), limits: self.limits) == .none)
        #expect(keepAlive.deadline == self.at(20_500))
    }

    @Test func `a client is gone eight seconds after a ping without a pong`() {
        var keepAlive = KeepAlive()
        keepAlive.start(firstPing: self.at(0))
        #expect(keepAlive.tick(now: self.at(0), limits: self.limits) == .sendPing)
        #expect(keepAlive.tick(now: self.at(7_999), limits: self.limits) == .none)
        #expect(keepAlive.tick(now: self.at(8_000), limits: self.limits) == .declareGone)
    }

    @Test func `pings keep their interval whenever the pongs come`() {
        var keepAlive = KeepAlive()
        keepAlive.start(firstPing: self.at(0))
        for round in 0..<UInt64(10) {
            let due = round * 25_000
            #expect(keepAlive.deadline == self.at(due))
            #expect(keepAlive.tick(now: self.at(due), limits: self.limits) == .sendPing)
            #expect(keepAlive.tick(now: self.at(due + round * 700), limits: self.limits) == .none)
            #expect(keepAlive.receivedPong() == true)
            #expect(keepAlive.tick(now: self.at(due + 24_999), limits: self.limits) == .none)
        }
    }

    @Test func `a second pong for one ping is not expected`() {
        var keepAlive = KeepAlive()
        keepAlive.start(firstPing: self.at(0))
        #expect(keepAlive.receivedPong() == false)
        _ = keepAlive.tick(now: self.at(0), limits: self.limits)
        #expect(keepAlive.receivedPong() == true)
        #expect(keepAlive.receivedPong() == false)
    }

    @Test func `a late pong is as good as one in time while nobody has looked`() {
        var keepAlive = KeepAlive()
        keepAlive.start(firstPing: self.at(0))
        _ = keepAlive.tick(now: self.at(0), limits: self.limits)
        #expect(keepAlive.receivedPong() == true)
        #expect(keepAlive.tick(now: self.at(9_000), limits: self.limits) == .none)
        #expect(keepAlive.deadline == self.at(25_000))
    }
}
