import NIOCore

/// Frames as clients send them: masked (RFC 6455 section 5.3).
enum ClientFrame {
    private static let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    static func text(_ text: String) -> ByteBuffer { Self.frame(1, Array(text.utf8)) }
    static func binary(_ payload: [UInt8]) -> ByteBuffer { Self.frame(2, payload) }
    static func ping(_ text: String = "") -> ByteBuffer { Self.frame(9, Array(text.utf8)) }
    static func pong(_ text: String = "") -> ByteBuffer { Self.frame(10, Array(text.utf8)) }

    static func close(_ code: UInt16?) -> ByteBuffer {
        Self.frame(8, code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? [])
    }

    static func frame(_ opcode: UInt8, _ payload: [UInt8], isMasked: Bool = true) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(0x80 | opcode)
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        if payload.count < 126 {
            buffer.writeInteger(maskBit | UInt8(payload.count))
        } else {
            buffer.writeInteger(maskBit | 126)
            buffer.writeInteger(UInt16(payload.count))
        }
        guard isMasked else {
            buffer.writeBytes(payload)
            return buffer
        }
        buffer.writeBytes(Self.mask)
        buffer.writeBytes(payload.enumerated().map { $1 ^ Self.mask[$0 % 4] })
        return buffer
    }
}
