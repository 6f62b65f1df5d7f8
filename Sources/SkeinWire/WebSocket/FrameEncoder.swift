public import NIOCore
public import SkeinCore

/// Writes what a server sends: whole frames, FIN set, not masked (RFC 6455 section 5.1).
///
/// A payload that is written behind reserved space gets its header in front with `setHeader`, so that it is never
/// copied.
public enum FrameEncoder {
    /// The most that a header takes; reserve this much in front of a payload whose length is not known yet.
    public static let maximumHeaderLength = 10

    /// 2, 4 or 10 bytes.
    public static func headerLength(payloadLength: Int) -> Int {
        switch payloadLength {
        case ..<126: 2
        case ...0xFFFF: 4
        default: 10
        }
    }

    /// Appends the header of a frame with `payloadLength` bytes.
    public static func writeHeader(_ opcode: FrameOpcode, payloadLength: Int, into buffer: inout ByteBuffer) {
        let length = Self.setHeader(opcode, payloadLength: payloadLength, at: buffer.writerIndex, in: &buffer)
        buffer.moveWriterIndex(forwardBy: length)
    }

    /// Writes the header into the bytes that end before `index`, and returns where it starts. Moves neither the reader
    /// nor the writer index. There have to be `headerLength(payloadLength:)` bytes before `index`.
    public static func setHeader(
        _ opcode: FrameOpcode,
        payloadLength: Int,
        endingAt index: Int,
        in buffer: inout ByteBuffer
    ) -> Int {
        let start = index - Self.headerLength(payloadLength: payloadLength)
        precondition(start >= 0, "no room for a frame header before index \(index)")
        Self.setHeader(opcode, payloadLength: payloadLength, at: start, in: &buffer)
        return start
    }

    /// A close frame. A code that must not be on the wire (RFC 6455 section 7.4.1) is left out, and its reason with it.
    public static func closeFrame(_ code: DisconnectCode?, allocator: ByteBufferAllocator) -> ByteBuffer {
        guard let code, CloseBody.permits(code.code) else {
            return Self.controlFrame(.close, payload: ByteBuffer(), allocator: allocator)
        }
        let payloadLength = 2 + code.reason.utf8.count
        var frame = allocator.buffer(capacity: 2 + payloadLength)
        Self.writeHeader(.close, payloadLength: payloadLength, into: &frame)
        frame.writeInteger(code.code)
        frame.writeString(code.reason)
        return frame
    }

    /// A ping or pong. The payload has at most 125 bytes, which holds for the payload of every ping that was decoded.
    public static func controlFrame(
        _ opcode: FrameOpcode,
        payload: ByteBuffer,
        allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        precondition(opcode.isControl && payload.readableBytes <= 125, "no control frame: \(opcode)")
        var frame = allocator.buffer(capacity: 2 + payload.readableBytes)
        Self.writeHeader(opcode, payloadLength: payload.readableBytes, into: &frame)
        frame.writeImmutableBuffer(payload)
        return frame
    }

    @discardableResult
    private static func setHeader(
        _ opcode: FrameOpcode,
        payloadLength: Int,
        at index: Int,
        in buffer: inout ByteBuffer
    ) -> Int {
        // FIN, opcode and length in one number: each store into a buffer costs more than the number.
        let head = UInt16(0x80 | opcode.rawValue) << 8
        switch payloadLength {
        case ..<126:
            return buffer.setInteger(head | UInt16(payloadLength), at: index)
        case ...0xFFFF:
            return buffer.setInteger(UInt32(head | 126) << 16 | UInt32(payloadLength), at: index)
        default:
            let length = buffer.setInteger(head | 127, at: index)
            return length + buffer.setInteger(UInt64(payloadLength), at: index + length)
        }
    }
}
