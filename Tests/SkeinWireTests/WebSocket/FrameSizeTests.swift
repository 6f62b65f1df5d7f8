import NIOCore
import SkeinWire
import Testing

/// Section 9 of the public conformance suite: large messages, many fragments, small reads, many messages.
@Suite struct FrameSizeTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let name: String
        let opcode: UInt8
        let messageSize: Int
        let frameSize: Int
        let readSize: Int
        var messages = 1

        var testDescription: String {
            "\(self.name) opcode \(self.opcode): \(self.messages) messages of \(self.messageSize) bytes, "
                + "frames of \(self.frameSize), reads of \(self.readSize) (RFC 6455 5.4)"
        }
    }

    static let shapes: [Shape] = {
        var shapes: [Shape] = []
        func add(_ section: UInt8, _ opcode: UInt8, _ message: Int, frame: Int, read: Int, messages: Int = 1) {
            shapes.append(
                Shape(
                    name: "9.\(section + opcode)",
                    opcode: opcode,
                    messageSize: message,
                    frameSize: frame,
                    readSize: read,
                    messages: messages
                )
            )
        }
        for opcode in [1, 2] as [UInt8] {
            for size in [16, 18, 20, 22, 23, 24] { add(0, opcode, 1 << size, frame: 1 << size, read: 65_536) }
            for size in [6, 8, 10, 12, 14, 16, 18, 20, 22] { add(2, opcode, 1 << 22, frame: 1 << size, read: 65_536) }
            for size in [64, 128, 256, 512, 1024, 2048] { add(4, opcode, 1 << 20, frame: 1 << 20, read: size) }
            for size in [0, 16, 64, 256, 1024, 4096] {
                add(6, opcode, size, frame: 1 << 20, read: 65_536, messages: 1000)
            }
        }
        return shapes
    }()

    @Test(arguments: Self.shapes)
    func `Large messages arrive whole`(_ shape: Shape) {
        let payload = Self.payload(shape.messageSize)
        let stream = Self.stream(shape, payload: payload)
        var decoder = FrameDecoder(limits: FrameLimits(maximumMessageSize: 1 << 24, maximumFragments: .max))
        let expected: FrameEvent = shape.opcode == 1 ? .text(payload) : .binary(payload)
        var rest = stream
        var messages = 0
        var wrong = 0
        while let read = rest.readSlice(length: min(shape.readSize, rest.readableBytes)), read.readableBytes > 0 {
            decoder.append(read)
            while let event = decoder.next() {
                messages += 1
                if event != expected { wrong += 1 }
            }
        }
        #expect(messages == shape.messages)
        #expect(wrong == 0)
        #expect(decoder.retainedByteCount == 0)
    }

    private static func payload(_ size: Int) -> ByteBuffer {
        let pattern = Array(("Grüße, 世界 😀! " + String(repeating: "ASCII ", count: 200)).utf8)
        var payload = ByteBuffer(repeating: 0x2A, count: size % pattern.count)
        payload.reserveCapacity(size)
        for _ in 0..<size / pattern.count { payload.writeBytes(pattern) }
        return payload
    }

    private static func stream(_ shape: Shape, payload: ByteBuffer) -> ByteBuffer {
        var message = ByteBuffer()
        var rest = payload
        var opcode = shape.opcode
        repeat {
            let size = min(shape.frameSize, rest.readableBytes)
            var frame = ClientFrame(opcode, rest.readBytes(length: size) ?? [])
            frame.isFinal = rest.readableBytes == 0
            frame.key = UInt32(truncatingIfNeeded: rest.readableBytes &* 2_654_435_761 | 1)
            message.writeBytes(frame.bytes)
            opcode = 0
        } while rest.readableBytes > 0
        var stream = ByteBuffer()
        stream.reserveCapacity(message.readableBytes * shape.messages)
        for _ in 0..<shape.messages { stream.writeImmutableBuffer(message) }
        return stream
    }
}
