import NIOCore
import SkeinWire

/// Writes what a client sends: whole frames, FIN set, masked (RFC 6455 section 5.1).
enum ClientFrame {
    /// Appends one frame. The key is a number that is not zero; which one matters to no benchmark.
    static func append(_ opcode: FrameOpcode, _ payload: [UInt8], key: UInt32, to buffer: inout ByteBuffer) {
        buffer.writeInteger(0x80 | opcode.rawValue)
        switch payload.count {
        case ..<126: buffer.writeInteger(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            buffer.writeInteger(0x80 | 126 as UInt8)
            buffer.writeInteger(UInt16(payload.count))
        default:
            buffer.writeInteger(0x80 | 127 as UInt8)
            buffer.writeInteger(UInt64(payload.count))
        }
        buffer.writeInteger(key)
        buffer.writeBytes(payload)
        buffer.withUnsafeMutableReadableBytes { bytes in
            let first = bytes.count - payload.count
            Masking.apply(key: key, to: UnsafeMutableRawBufferPointer(rebasing: bytes[first...]))
        }
    }
}
