import NIOCore
import SkeinTestKit
import SkeinWire
import Testing

@testable import SkeinTransport

@Suite struct FrameBuilderTests {
    /// Builds frames of messages; JSON messages must not contain a newline.
    private func build(_ messages: [[UInt8]], _ format: WireFormat, capacity: Int = 100) -> ByteBuffer? {
        var builder = FrameBuilder(format: format, pool: BufferPool(), capacity: capacity)
        for message in messages {
            builder.append { buffer, isFirst in
                if format == .json {
                    if !isFirst { buffer.writeInteger(UInt8(ascii: "\n")) }
                } else {
                    var length = message.count
                    while length >= 0x80 {
                        buffer.writeInteger(UInt8(truncatingIfNeeded: length) | 0x80)
                        length >>= 7
                    }
                    buffer.writeInteger(UInt8(length))
                }
                buffer.writeBytes(message)
            }
        }
        #expect(builder.messageCount == messages.count)
        return builder.finish()
    }

    private func frames(_ buffer: ByteBuffer?) -> [ServerFrame] {
        var bytes = Array(buffer?.readableBytesView ?? ByteBuffer().readableBytesView)
        let frames = ServerFrame.take(from: &bytes)
        #expect(bytes.isEmpty, "nothing but whole frames")
        return frames
    }

    @Test func `no message makes no frame`() {
        #expect(self.build([], .json) == nil)
        #expect(self.build([], .protobuf) == nil)
    }

    @Test(arguments: [(WireFormat.json, UInt8(1)), (.protobuf, 2)])
    func `a message makes a frame of its format`(format: WireFormat, opcode: UInt8) {
        let frames = self.frames(self.build([[1, 2, 3]], format))
        #expect(frames.map(\.opcode) == [opcode])
        #expect(frames.flatMap { $0.messages(format) } == [[1, 2, 3]])
    }

    @Test(arguments: [(1, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10), (200_000, 10)])
    func `the header is right-aligned in front of the payload, which is not moved`(size: Int, header: Int) {
        let buffer = self.build([[UInt8](repeating: 7, count: size)], .json)
        #expect(buffer?.readerIndex == FrameEncoder.maximumHeaderLength - header)
        let frames = self.frames(buffer)
        #expect(frames == [ServerFrame(opcode: 1, headerLength: header, payload: Array(repeating: 7, count: size))])
    }

    @Test func `a frame takes messages until it has 32 KiB`() {
        let limit = FrameBuilder.frameSize
        let almost = [UInt8](repeating: 1, count: limit - 1)
        #expect(self.frames(self.build([almost, [2], [3]], .json)).map { $0.messages(.json).count } == [2, 1])
        let full = almost + [1]
        #expect(self.frames(self.build([full, [2], [3]], .json)).map { $0.messages(.json).count } == [1, 2])
    }

    @Test func `a message follows its separator only within its frame`() {
        let big = [UInt8](repeating: 1, count: FrameBuilder.frameSize)
        let frames = self.frames(self.build([[9], big, [2], [3]], .json))
        #expect(frames.map(\.payload.first) == [9, 2])
        #expect(frames.last?.payload == [2, 0x0A, 3])
    }

    @Test(arguments: WireFormat.allCases, [11, 12, 13, 14, 15] as [UInt64])
    func `messages of random sizes come back, in order, in frames that do not grow`(format: WireFormat, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let ceiling = [10, 130, 5000, 70_000][Int.random(in: 0..<4, using: &random)]
            let messages = (0..<Int.random(in: 1...60, using: &random)).map { _ in
                [UInt8](
                    repeating: UInt8.random(in: 0x20...0xFF, using: &random),
                    count: Int.random(in: 1...ceiling, using: &random)
                )
            }
            let frames = self.frames(self.build(messages, format, capacity: Int.random(in: 0...2000, using: &random)))
            #expect(frames.flatMap { $0.messages(format) } == messages)
            for frame in frames {
                let last = (frame.messages(format).last?.count ?? 0) + 5
                #expect(frame.payload.count - last < FrameBuilder.frameSize, "a full frame took a message")
            }
            for frame in frames.dropLast() { #expect(frame.payload.count >= FrameBuilder.frameSize) }
        }
    }
}
