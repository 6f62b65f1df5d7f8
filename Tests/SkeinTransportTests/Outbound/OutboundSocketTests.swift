import NIOCore
import SkeinCore
import SkeinTestKit
import SkeinWire
import Testing

@testable import SkeinTransport

/// The write path over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct OutboundSocketTests {
    /// A frame that knows its number and its length, and is filled with what follows from both.
    private static func frame(_ number: Int, size: Int, source: ChannelFanout? = nil) -> OutboundFrame {
        var bytes = ByteBuffer(integer: UInt32(number))
        bytes.writeInteger(UInt32(size))
        bytes.writeRepeatingByte(UInt8(truncatingIfNeeded: number), count: size)
        return OutboundFrame(bytes: bytes, source: source, publications: source == nil ? 0 : 1)
    }

    /// The numbers of the frames in a stream that has to consist of whole frames.
    private static func numbers(_ bytes: [UInt8]) -> [Int] {
        var buffer = ByteBuffer(bytes: bytes)
        var numbers: [Int] = []
        while let number = buffer.readInteger(as: UInt32.self), let size = buffer.readInteger(as: UInt32.self) {
            guard let content = buffer.readBytes(length: Int(size)) else {
                Issue.record("half a frame")
                break
            }
            #expect(content.allSatisfy { $0 == UInt8(truncatingIfNeeded: number) })
            numbers.append(Int(number))
        }
        return numbers
    }

    private static func source(_ policy: ChannelRules.SlowConsumerPolicy) -> ChannelFanout {
        ChannelFanout(rules: ChannelRules.open.with { $0.slowConsumer = policy })
    }

    @Test func `the last connection that a small frame was for gives its bytes back to the pool`() async throws {
        try await LoopbackSocket.with { loopback in
            let pool = loopback.pool
            try await loopback.run { socket in
                let bytes = pool.value.take(100)
                var shared = [OutboundFrame(bytes: Self.filled(bytes))]
                socket.stage(shared[0])
                #expect(socket.flush(limit: 0) && pool.value.count == 0, "somebody else needs it")
                socket.stage(shared.removeLast())
                #expect(socket.flush(limit: 0) && pool.value.count == 1)
                #expect(pool.value.take(100).readableBytes == 0 && pool.value.count == 0, "empty, and there once")
            }
        }
    }

    private static func filled(_ buffer: ByteBuffer) -> ByteBuffer {
        var buffer = buffer
        buffer.writeString("hello")
        return buffer
    }

    @Test func `what the kernel takes is sent at once, and nothing is held`() async throws {
        try await LoopbackSocket.with { loopback in
            try await loopback.run { socket in
                #expect(socket.flush(limit: 0), "nothing to send")
                socket.stage(Self.frame(1, size: 100))
                #expect(socket.hasStaged)
                #expect(socket.flush(limit: 0), "the limit is for what waits")
                #expect(!socket.hasStaged && !socket.isCongested && socket.heldBytes == 0)
                #expect(socket.stalledSince == .distantFuture)
            }
            #expect(Self.numbers(try await loopback.peer.read(upTo: 108)) == [1])
            #expect(loopback.metrics["skein_sent_bytes_total"] == 108)
        }
    }

    @Test func `frames of a turn leave in their order`() async throws {
        try await LoopbackSocket.with { loopback in
            try await loopback.run { socket in
                for number in 1...5 { socket.stage(Self.frame(number, size: 10)) }
                #expect(socket.flush(limit: 0) && !socket.hasStaged && !socket.isCongested)
                socket.stage(Self.frame(6, size: 10))
                #expect(socket.flush(limit: 0))
            }
            #expect(Self.numbers(try await loopback.peer.read(upTo: 108)) == Array(1...6))
        }
    }

    @Test func `a frame that is sent at once goes past nothing, and what the kernel does not take can be staged`()
        async throws
    {
        try await LoopbackSocket.with { loopback in
            let sent = try await loopback.run { socket in
                var sent = 0
                var rest: OutboundFrame?
                while rest == nil {
                    sent += 1
                    rest = socket.sendAtOnce(Self.frame(sent, size: 1000))
                }
                if let rest { socket.stage(rest) }
                #expect(socket.flush(limit: .max) && socket.isCongested)
                let next = Self.frame(sent + 1, size: 1000)
                #expect(socket.sendAtOnce(next) === next, "what waits goes first")
                socket.stage(next)
                #expect(socket.flush(limit: .max))
                socket.closeOutput()
                return sent
            }
            #expect(Self.numbers(try await loopback.peer.readToEnd()) == Array(1...sent + 1))
        }
    }

    @Test func `more frames than one system call takes keep their order`() async throws {
        try await LoopbackSocket.with { loopback in
            try await loopback.run { socket in
                for number in 1...2000 { socket.stage(Self.frame(number, size: number % 7)) }
                #expect(socket.flush(limit: .max))
                socket.closeOutput()
            }
            #expect(Self.numbers(try await loopback.peer.readToEnd()) == Array(1...2000))
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64], [true, false])
    func `a thousand frames of random sizes arrive whole and in order, whenever the peer reads`(
        seed: UInt64,
        readsAtOnce: Bool
    ) async throws {
        try await LoopbackSocket.with { loopback in
            let reading = Task { readsAtOnce ? try await loopback.peer.readToEnd() : [] }
            var random = SeededGenerator(seed: seed)
            var number = 0
            var wasCongested = false
            while number < 1000 {
                let sizes = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                    Int.random(in: 0...Int.random(in: 1...12_000, using: &random), using: &random)
                }
                let first = number + 1
                number += sizes.count
                let isCongested = try await loopback.run { socket in
                    for (index, size) in sizes.enumerated() { socket.stage(Self.frame(first + index, size: size)) }
                    #expect(socket.flush(limit: .max))
                    #expect(socket.isCongested == (socket.heldBytes > 0))
                    #expect(socket.isCongested == (socket.stalledSince != .distantFuture))
                    return socket.isCongested
                }
                wasCongested = wasCongested || isCongested
            }
            try await loopback.run { $0.closeOutput() }
            let bytes = readsAtOnce ? try await reading.value : try await loopback.peer.readToEnd()
            #expect(Self.numbers(bytes) == Array(1...number))
            if !readsAtOnce { #expect(wasCongested, "the test has to fill the kernel's buffers") }
            #expect(loopback.metrics["skein_sent_bytes_total"] == Int64(bytes.count))
        }
    }

    @Test func `the end of the output waits for what waits`() async throws {
        try await LoopbackSocket.with { loopback in
            try await loopback.run { socket in
                for number in 1...100 {
                    socket.stage(Self.frame(number, size: 20_000))
                    #expect(socket.flush(limit: .max))
                }
                #expect(socket.isCongested)
                socket.closeOutput()
                #expect(socket.isCongested)
            }
            #expect(Self.numbers(try await loopback.peer.readToEnd()) == Array(1...100))
        }
    }

    @Test func `a peer that does not read is too slow as soon as the limit is reached, and not before`() async throws {
        try await LoopbackSocket.with { loopback in
            let limit = 100_000
            let size = 1008
            let accepted = try await loopback.run { socket in
                for number in 1...100_000 {
                    let held = socket.heldBytes
                    socket.stage(Self.frame(number, size: 1000))
                    let isKept = socket.flush(limit: limit)
                    #expect(socket.heldBytes <= limit)
                    if !isKept {
                        #expect(held + size > limit, "there was room")
                        return number - 1
                    }
                }
                return 0
            }
            #expect(accepted > 0)
            try await loopback.run { $0.closeOutput() }
            #expect(Self.numbers(try await loopback.peer.readToEnd()) == Array(1...accepted), "none is skipped")
        }
    }

    @Test func `what is forgotten is counted, and what follows is sent`() async throws {
        try await LoopbackSocket.with { loopback in
            let dropped = try await loopback.run { socket in
                let source = Self.source(.close)
                for number in 1...400 {
                    socket.stage(Self.frame(number, size: 10_000, source: source))
                    #expect(socket.flush(limit: .max))
                }
                socket.discardBacklog()
                socket.stage(Self.frame(999, size: 10))
                #expect(socket.flush(limit: 100_000))
                socket.closeOutput()
                return loopback.metrics["skein_dropped_total{reason=closed}"]
            }
            let numbers = Self.numbers(try await loopback.peer.readToEnd())
            #expect(dropped > 0 && numbers == Array(1...(400 - Int(dropped))) + [999])
        }
    }

    @Test(arguments: [ChannelRules.SlowConsumerPolicy.dropOldest, .keepLatest])
    func `a channel whose publications may be dropped keeps its newest, within the limit`(
        policy: ChannelRules.SlowConsumerPolicy
    ) async throws {
        try await LoopbackSocket.with { loopback in
            let limit = 200_000
            try await loopback.run { socket in
                let source = Self.source(policy)
                for number in 1...1000 {
                    socket.stage(Self.frame(number, size: 10_000, source: source))
                    #expect(socket.flush(limit: limit))
                    #expect(socket.heldBytes <= limit)
                }
                socket.closeOutput()
            }
            let numbers = Self.numbers(try await loopback.peer.readToEnd())
            #expect(numbers.last == 1000 && numbers == numbers.sorted() && Set(numbers).count == numbers.count)
            #expect(numbers.count < 1000)
            let dropped = loopback.metrics["skein_dropped_total{reason=slow_consumer}"]
            #expect(Int64(numbers.count) + dropped == 1000, "guarantee G19")
        }
    }

    @Test func `nothing follows a frame that was cut off`() async throws {
        try await LoopbackSocket.with { loopback in
            let frame = Self.frame(7, size: 20_000_000).bytes
            let close = FrameEncoder.closeFrame(.slow, allocator: ByteBufferAllocator())
            let bytes = Array(frame.readableBytesView)
            try await loopback.run { socket in
                socket.stage(OutboundFrame(bytes: frame))
                if !socket.flush(limit: 1000) { socket.discardBacklog() }
                socket.stage(OutboundFrame(bytes: close))
                _ = socket.flush(limit: 1000)
                socket.closeOutput()
            }
            let received = try await loopback.peer.readToEnd()
            let isPrefix = bytes.starts(with: received)
            let isWhole = received == bytes + Array(close.readableBytesView)
            #expect(isPrefix || isWhole, "\(received.count) bytes: the client reads the close frame as payload")
        }
    }

    @Test
    func `a frame that is longer than the limit is sent whole to a client that has nothing waiting (guarantee G12)`()
        async throws
    {
        try await LoopbackSocket.with { loopback in
            try await loopback.run { socket in
                socket.stage(Self.frame(7, size: 20_000_000))
                #expect(socket.flush(limit: 1000), "the limit and one message")
                socket.closeOutput()
            }
            #expect(Self.numbers(try await loopback.peer.readToEnd()) == [7])
        }
    }

    @Test func `a peer that is gone ends the connection, and writing goes on without harm`() async throws {
        try await LoopbackSocket.with { loopback in
            try await loopback.peer.close()
            try await loopback.channel.closeFuture.get()
            try await loopback.run { socket in
                for number in 1...3 {
                    socket.stage(Self.frame(number, size: 10))
                    _ = socket.flush(limit: 1000)
                }
                socket.closeOutput()
                socket.discardBacklog()
            }
        }
    }
}
