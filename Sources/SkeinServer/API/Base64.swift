/// RFC 4648 section 4, in the strict form: with padding, without line breaks, and bits that no byte uses must be zero.
enum Base64 {
    private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The digit that each byte stands for; 255 for bytes outside of the alphabet.
    private static let digits: [UInt8] = {
        var digits = [UInt8](repeating: .max, count: 256)
        for (digit, character) in Self.alphabet.enumerated() { digits[Int(character)] = UInt8(digit) }
        return digits
    }()

    /// The bytes, or nil when the text is not base64. O(length).
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let significant = text.count - padding
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var pending: UInt32 = 0
        for index in 0..<significant {
            let digit = Self.digits[Int(text[index])]
            guard digit < 64 else { return nil }
            pending = pending << 6 | UInt32(digit)
            if index & 3 == 3 {
                bytes.append(UInt8(truncatingIfNeeded: pending >> 16))
                bytes.append(UInt8(truncatingIfNeeded: pending >> 8))
                bytes.append(UInt8(truncatingIfNeeded: pending))
                pending = 0
            }
        }
        return Self.appendLast(pending, padding: padding, to: &bytes) ? bytes : nil
    }

    /// The group that padding ends; false when it has bits beyond its last byte.
    private static func appendLast(_ pending: UInt32, padding: Int, to bytes: inout [UInt8]) -> Bool {
        switch padding {
        case 1:
            bytes.append(UInt8(truncatingIfNeeded: pending >> 10))
            bytes.append(UInt8(truncatingIfNeeded: pending >> 2))
            return pending & 0x3 == 0
        case 2:
            bytes.append(UInt8(truncatingIfNeeded: pending >> 4))
            return pending & 0xF == 0
        default:
            return true
        }
    }

    /// The text of some bytes. O(length).
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var bits = UInt32(bytes[start]) << 16
            if count > 1 { bits |= UInt32(bytes[start + 1]) << 8 }
            if count > 2 { bits |= UInt32(bytes[start + 2]) }
            for position in 0..<4 {
                let digit = Self.alphabet[Int(bits >> UInt32(18 - 6 * position) & 63)]
                text.append(position <= count ? digit : UInt8(ascii: "="))
            }
        }
        return text
    }
}
