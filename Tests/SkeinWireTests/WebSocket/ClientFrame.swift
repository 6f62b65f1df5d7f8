import NIOCore
import SkeinWire

/// A frame as a client writes it, with every field open to abuse.
struct ClientFrame: Sendable {
    enum LengthForm: Sendable {
        case shortest, sixteenBits, sixtyFourBits
    }

    var opcode: UInt8
    var payload: [UInt8]
    var isFinal = true
    var reserved: UInt8 = 0
    var isMasked = true
    var key: UInt32 = 0x37FA_213D
    var lengthForm = LengthForm.shortest

    init(_ opcode: UInt8, _ payload: [UInt8] = [], final isFinal: Bool = true, reserved: UInt8 = 0) {
        self.opcode = opcode
        self.payload = payload
        self.isFinal = isFinal
        self.reserved = reserved
    }

    static func text(_ text: String, final: Bool = true) -> Self { Self(1, Array(text.utf8), final: final) }
    static func binary(_ payload: [UInt8], final: Bool = true) -> Self { Self(2, payload, final: final) }
    static func more(_ text: String, final: Bool = false) -> Self { Self(0, Array(text.utf8), final: final) }
    static func ping(_ text: String = "") -> Self { Self(9, Array(text.utf8)) }
    static func pong(_ text: String = "") -> Self { Self(10, Array(text.utf8)) }

    static func close(_ code: UInt16, _ reason: [UInt8] = []) -> Self {
        Self(8, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
    }

    var bytes: [UInt8] {
        var bytes = [(self.isFinal ? 0x80 : 0) | self.reserved << 4 | self.opcode]
        let mask: UInt8 = self.isMasked ? 0x80 : 0
        let length = UInt64(self.payload.count)
        switch self.lengthForm {
        case .shortest where length < 126: bytes.append(mask | UInt8(length))
        case .shortest where length <= 0xFFFF, .sixteenBits:
            bytes += [mask | 126] + Self.bigEndian(length, count: 2)
        case .shortest, .sixtyFourBits:
            bytes += [mask | 127] + Self.bigEndian(length, count: 8)
        }
        guard self.isMasked else { return bytes + self.payload }
        bytes += Self.bigEndian(UInt64(self.key), count: 4)
        let start = bytes.count
        bytes += self.payload
        bytes.withUnsafeMutableBytes { all in
            Masking.apply(key: self.key, to: UnsafeMutableRawBufferPointer(rebasing: all[start...]))
        }
        return bytes
    }

    static func bigEndian(_ value: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
}
