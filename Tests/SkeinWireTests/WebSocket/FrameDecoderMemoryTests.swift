import NIOCore
import SkeinWire
import Testing

/// What the decoder holds on to, in bytes allocated.
@Suite struct FrameDecoderMemoryTests {
    @Test func `The decoder is small`() {
        #expect(MemoryLayout<FrameDecoder>.size <= 96)
        #expect(MemoryLayout<UTF8Validator>.size <= 4)
    }

    @Test func `Nothing is retained between messages`() {
        var decoder = FrameDecoder()
        #expect(decoder.retainedByteCount == 0)
        decoder.append(ByteBuffer(bytes: ClientFrame.text("one").bytes + ClientFrame.ping("two").bytes))
        while decoder.next() != nil {}
        #expect(decoder.retainedByteCount == 0)
        for byte in ClientFrame.text("in octets").bytes + ClientFrame.ping("too").bytes {
            decoder.append(ByteBuffer(bytes: [byte]))
            while decoder.next() != nil {}
        }
        #expect(decoder.retainedByteCount == 0)
    }

    @Test(arguments: [1, 5, 7, 60, 130])
    func `A read is not kept for the start of a control frame`(_ count: Int) {
        let ping = ClientFrame(9, [UInt8](repeating: 0x61, count: 125))
        var decoder = FrameDecoder()
        var read = ByteBuffer()
        read.reserveCapacity(65_536)
        let before = [UInt8](repeating: 0x62, count: 10_000)
        read.writeBytes(ClientFrame.binary(before).bytes + ping.bytes.prefix(count))
        decoder.append(read)
        #expect(decoder.next() == .binary(before))
        #expect(decoder.next() == nil)
        #expect(decoder.retainedByteCount <= 256)
        decoder.append(ByteBuffer(bytes: ping.bytes.dropFirst(count)))
        #expect(decoder.next() == .ping(ByteBuffer(bytes: ping.payload)))
        #expect(decoder.retainedByteCount == 0)
    }

    @Test func `A declared length allocates nothing before its payload arrives (RFC 6455 10.4)`() {
        var decoder = FrameDecoder(limits: FrameLimits(maximumMessageSize: 1 << 24))
        decoder.append(ByteBuffer(bytes: [0x82, 0xFF, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4]))
        #expect(decoder.next() == nil)
        #expect(decoder.retainedByteCount == 0)
        decoder.append(ByteBuffer(bytes: [UInt8](repeating: 0, count: 100)))
        #expect(decoder.next() == nil)
        #expect((100...256).contains(decoder.retainedByteCount))
    }

    @Test(arguments: [1, 100, 4000])
    func `Fragments retain at most 1.1 times the message limit`(_ size: Int) {
        var decoder = FrameDecoder(limits: FrameLimits(maximumFragments: .max))
        var peak = 0
        var opcode: UInt8 = 2
        for _ in 0..<65_536 / size {
            decoder.append(ByteBuffer(bytes: ClientFrame(opcode, .init(repeating: 1, count: size), final: false).bytes))
            #expect(decoder.next() == nil)
            peak = max(peak, decoder.retainedByteCount)
            opcode = 0
        }
        #expect((65_536 / size * size...72_089).contains(peak))
        decoder.append(ByteBuffer(bytes: ClientFrame(0, .init(repeating: 1, count: 4000)).bytes))
        #expect(decoder.next() != nil)
        #expect(decoder.retainedByteCount == 0)
    }

    @Test func `A large message in small reads grows its buffer a few times only`() {
        var decoder = FrameDecoder(limits: FrameLimits(maximumMessageSize: 1 << 24))
        decoder.append(ByteBuffer(bytes: [0x82, 0xFF, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4]))
        let read = ByteBuffer(repeating: 0, count: 1024)
        var sizes: Set<Int> = []
        for _ in 0..<(1 << 14) - 1 {
            decoder.append(read)
            #expect(decoder.next() == nil)
            sizes.insert(decoder.retainedByteCount)
        }
        #expect(sizes.count <= 16)
        #expect(sizes.max() == 1 << 24)
    }

    @Test func `The messages of a read are slices of one allocation, also when all are kept`() {
        let frames = (0..<100).map { ClientFrame.text("message number \($0)") }
        let bytes = frames.flatMap(\.bytes)
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: bytes))
        var payloads: [ByteBuffer] = []
        while let event = decoder.next() {
            guard case .text(let payload) = event else { break }
            payloads.append(payload)
        }
        let addresses = payloads.map { payload in
            payload.withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) }
        }
        let offsets = addresses.map { $0 - (addresses.first ?? 0) }
        let expected = frames.indices.map { index in frames[..<index].reduce(0) { $0 + $1.bytes.count } }
        #expect(offsets == expected)
    }

    @Test func `The caller's copy of a read is left as it was`() {
        let bytes = ClientFrame.text("Hello").bytes
        let read = ByteBuffer(bytes: bytes)
        var decoder = FrameDecoder()
        decoder.append(read)
        #expect(decoder.next() == .text("Hello"))
        #expect(read == ByteBuffer(bytes: bytes))
    }

    @Test(arguments: [ClientFrame.close(1000), ClientFrame(3)])
    func `Everything is dropped after the end`(_ last: ClientFrame) {
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: ClientFrame.text("a", final: false).bytes + last.bytes + [1, 2, 3]))
        #expect(decoder.next() != nil)
        #expect(decoder.isFinished)
        decoder.append(ByteBuffer(repeating: 0x81, count: 1000))
        #expect(decoder.next() == nil)
        #expect(decoder.retainedByteCount == 0)
    }
}
