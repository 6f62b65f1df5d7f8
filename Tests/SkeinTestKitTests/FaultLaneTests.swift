import NIOCore
import Testing

@testable import SkeinTestKit

@Suite struct FaultLaneTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test func `a delay counts from the arrival, also of the end of the stream`() {
        var lane = FaultLane(seed: 0)
        lane.inject(.delay(.milliseconds(10)), after: 0)
        lane.received(ByteBuffer(bytes: [1]), now: self.start)
        lane.received(ByteBuffer(bytes: [2]), now: self.start + .milliseconds(4))
        lane.ended(.finished, now: self.start + .milliseconds(5))
        let due = self.start + .milliseconds(10)
        #expect(lane.next(now: self.start, isWritable: true) == .sleep(until: due))
        #expect(lane.next(now: due - .nanoseconds(1), isWritable: true) == .sleep(until: due))
        #expect(lane.next(now: due, isWritable: true) == .write(ByteBuffer(bytes: [1])))
        #expect(lane.next(now: due, isWritable: true) == .sleep(until: due + .milliseconds(4)))
        #expect(lane.next(now: due + .milliseconds(4), isWritable: true) == .write(ByteBuffer(bytes: [2])))
        #expect(lane.next(now: due + .milliseconds(4), isWritable: true) == .sleep(until: due + .milliseconds(5)))
        #expect(lane.next(now: due + .milliseconds(5), isWritable: true) == .finish)
    }

    @Test func `jitter lies within its bounds and is the same for the same seed`() {
        func delays(seed: UInt64) -> [TimeAmount] {
            var lane = FaultLane(seed: seed)
            lane.inject(.delay(.milliseconds(10), jitter: .milliseconds(5)), after: 0)
            return (0..<100).compactMap { _ in
                lane.received(ByteBuffer(bytes: [1]), now: self.start)
                guard case .sleep(let due) = lane.next(now: self.start, isWritable: true) else { return nil }
                guard case .write = lane.next(now: due, isWritable: true) else { return nil }
                return due - self.start
            }
        }
        let drawn = delays(seed: 1)
        #expect(drawn.count == 100 && Set(drawn).count > 90)
        #expect(drawn.allSatisfy { $0 >= .milliseconds(10) && $0 <= .milliseconds(15) })
        #expect(drawn == delays(seed: 1))
        #expect(drawn != delays(seed: 2))
    }

    @Test func `plain forwarding and dribble read no further than they can write`() {
        for fault: FaultProxy.Fault? in [nil, .dribble(1)] {
            var lane = FaultLane(seed: 0)
            if let fault { lane.inject(fault, after: 0) }
            #expect(lane.next(now: self.start, isWritable: true) == .rest)
            #expect(lane.wantsBytes)
            lane.received(ByteBuffer(bytes: [1]), now: self.start)
            #expect(lane.next(now: self.start, isWritable: false) == .rest)
            #expect(!lane.wantsBytes)
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `whatever happens, healing forwards in order all that was not swallowed`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var lane = FaultLane(seed: seed)
        var now = self.start
        var received: UInt8 = 0
        var expected: Octets = []
        var written: Octets = []
        func receive() -> [UInt8] {
            let bytes = (0..<UInt8.random(in: 1...50, using: &generator)).map { received &+ $0 }
            received &+= UInt8(bytes.count)
            lane.received(ByteBuffer(bytes: bytes), now: now)
            return bytes
        }
        func drain(isWritable: Bool = true) {
            while true {
                switch lane.next(now: now, isWritable: isWritable) {
                case .write(let bytes), .writePiece(let bytes): written.bytes += bytes.readableBytesView
                case .rest, .sleep: return
                case .finish, .cut, .reset:
                    Issue.record("nobody asked for an end")
                    return
                }
            }
        }
        for _ in 0..<200 {
            now = now + .microseconds(Int64.random(in: 0...2000, using: &generator))
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: lane.inject(.stall(reading: Bool.random(using: &generator)), after: 0)
            case 1: lane.inject(.dribble(Int.random(in: 1...9, using: &generator)), after: 0)
            case 2: lane.inject(.delay(.milliseconds(1), jitter: .milliseconds(1)), after: 0)
            case 3:
                lane.heal()
                drain()
                try #require(written == expected)
                lane.inject(.blackhole, after: 0)
                _ = receive()
                drain()
                lane.heal()
            default: expected.bytes += receive()
            }
            drain(isWritable: Bool.random(using: &generator))
        }
        lane.heal()
        drain()
        #expect(written == expected)
    }
}
