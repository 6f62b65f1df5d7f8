import NIOCore
import SkeinTestKit
import Testing

@testable import SkeinTransport

/// Buffers that come back, and never with somebody else's bytes in them.
@Suite struct BufferPoolTests {
    @Test func `a buffer that came back is the next that is taken, and it is empty`() {
        let pool = BufferPool()
        var buffer = pool.take(100)
        buffer.writeString("old")
        let place = buffer.withVeryUnsafeBytes { Int(bitPattern: $0.baseAddress) }
        pool.give(buffer)
        buffer = ByteBuffer()
        let next = pool.take(200)
        #expect(next.readableBytes == 0 && next.storageCapacity == BufferPool.bufferSize)
        #expect(next.withVeryUnsafeBytes { Int(bitPattern: $0.baseAddress) } == place)
    }

    @Test func `large buffers are neither kept nor found`() {
        let pool = BufferPool()
        let large = pool.take(BufferPool.bufferSize + 1)
        #expect(large.storageCapacity > BufferPool.bufferSize)
        pool.give(large)
        #expect(pool.count == 0)
    }

    @Test func `what is kept has a limit`() {
        let pool = BufferPool()
        for buffer in (0..<1000).map({ _ in pool.take(1) }) { pool.give(buffer) }
        #expect(pool.count == 256)
    }

    /// Frames are shared, sliced and held in backlogs; whoever gives one back too early must not change what others see.
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `a buffer that somebody still holds keeps its bytes, whatever is given and taken`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pool = BufferPool()
        var held: [(buffer: ByteBuffer, bytes: [UInt8])] = []
        for _ in 0..<300 {
            if Bool.random(using: &random) || held.isEmpty {
                var buffer = pool.take(Int.random(in: 0...600, using: &random))
                #expect(buffer.readableBytes == 0)
                let bytes = (0..<Int.random(in: 0...600, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                buffer.writeBytes(bytes)
                held.append((buffer, bytes))
            } else {
                let index = Int.random(in: 0..<held.count, using: &random)
                pool.give(held[index].buffer)
                if Bool.random(using: &random) { held.remove(at: index) }
            }
            for one in held { #expect(Array(one.buffer.readableBytesView) == one.bytes, "seed \(seed)") }
        }
    }
}
