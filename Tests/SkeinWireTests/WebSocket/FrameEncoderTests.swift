import NIOCore
import SkeinCore
import SkeinWire
import Testing

@Suite struct FrameEncoderTests {
    static let headers: [(Int, [UInt8])] = [
        (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65_535, [0x81, 126, 0xFF, 0xFF]),
        (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]), (1 << 32, [0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0]),
    ]

    @Test(arguments: Self.headers)
    func `Lengths are written in their shortest form (RFC 6455 5.2)`(_ length: Int, _ expected: [UInt8]) {
        var buffer = ByteBuffer(string: "before")
        FrameEncoder.writeHeader(.text, payloadLength: length, into: &buffer)
        #expect(buffer == ByteBuffer(bytes: Array("before".utf8) + expected))
        #expect(FrameEncoder.headerLength(payloadLength: length) == expected.count)
        #expect(expected.count <= FrameEncoder.maximumHeaderLength)
    }

    @Test(arguments: Self.headers)
    func `A header is put in front of a payload that is already there`(_ length: Int, _ expected: [UInt8]) {
        var buffer = ByteBuffer(repeating: 0xEE, count: 12)
        buffer.writeString("payload")
        let start = FrameEncoder.setHeader(.text, payloadLength: length, endingAt: 12, in: &buffer)
        #expect(start == 12 - expected.count)
        let untouched = [UInt8](repeating: 0xEE, count: start)
        #expect(buffer == ByteBuffer(bytes: untouched + expected + Array("payload".utf8)))
    }

    @Test func `Control frames repeat their payload (RFC 6455 5.5.3)`() {
        let allocator = ByteBufferAllocator()
        let pong = FrameEncoder.controlFrame(.pong, payload: ByteBuffer(string: "hi"), allocator: allocator)
        #expect(pong == ByteBuffer(bytes: [0x8A, 2, 0x68, 0x69]))
        let ping = FrameEncoder.controlFrame(.ping, payload: ByteBuffer(), allocator: allocator)
        #expect(ping == ByteBuffer(bytes: [0x89, 0]))
        let long = FrameEncoder.controlFrame(.ping, payload: .init(repeating: 1, count: 125), allocator: allocator)
        #expect(long.readableBytes == 127)
    }

    @Test func `A close frame carries code and reason (RFC 6455 5.5.1)`() {
        let allocator = ByteBufferAllocator()
        let frame = FrameEncoder.closeFrame(.slow, allocator: allocator)
        #expect(frame == ByteBuffer(bytes: [0x88, 6, 0x0B, 0xC0] + Array("slow".utf8)))
        #expect(FrameEncoder.closeFrame(nil, allocator: allocator) == ByteBuffer(bytes: [0x88, 0]))
        let long = DisconnectCode(4000, String(repeating: "x", count: 200))
        #expect(FrameEncoder.closeFrame(long, allocator: allocator).readableBytes == 127)
    }

    @Test(arguments: DisconnectCode.all)
    func `Every code of the server may be on the wire and is read back (RFC 6455 7.4)`(_ code: DisconnectCode) {
        var frame = FrameEncoder.closeFrame(code, allocator: ByteBufferAllocator())
        frame.moveReaderIndex(forwardBy: 2)
        let masked = ClientFrame(8, Array(frame.readableBytesView))
        #expect(FrameFeeding.events(masked.bytes) == [.close(code)])
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000] as [UInt16])
    func `A code that must not be on the wire is left out (RFC 6455 7.4.1)`(_ code: UInt16) {
        let frame = FrameEncoder.closeFrame(DisconnectCode(code, "x"), allocator: ByteBufferAllocator())
        #expect(frame == ByteBuffer(bytes: [0x88, 0]))
    }

    @Test func `Each kind of error has its close code and its own label (RFC 6455 7.4.1)`() {
        for kind in FrameError.Kind.allCases {
            let expected: UInt16 =
                switch kind {
                case .utf8: 1007
                case .messageTooBig, .tooManyFragments: 1009
                default: 1002
                }
            #expect(FrameError(kind).closeCode.code == expected)
        }
        #expect(Set(FrameError.Kind.allCases.map(\.rawValue)).count == 10)
    }
}
