/// Protobuf by hand, so that tests do not check the library against itself.
enum WireBytes {
    /// Bytes of pairs of digits; white space is ignored.
    static func hexadecimal(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + Self.varint(value >> 7)
    }

    static func field(_ number: Int, _ value: UInt64) -> [UInt8] {
        Self.varint(UInt64(number) << 3) + Self.varint(value)
    }

    static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        Self.varint(UInt64(number) << 3 | 2) + Self.varint(UInt64(bytes.count)) + bytes
    }

    static func field(_ number: Int, _ text: String) -> [UInt8] {
        Self.field(number, Array(text.utf8))
    }

    static func prefixed(_ message: [UInt8]) -> [UInt8] {
        Self.varint(UInt64(message.count)) + message
    }
}
