/// Ids of sessions: random (version 4) UUIDs, RFC 9562.
enum ClientID {
    private static let digits = [UInt8]("0123456789abcdef".utf8)

    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var length = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[length] = UInt8(ascii: "-")
                    length += 1
                }
                let word = nibble < 16 ? high : low
                buffer[length] = Self.digits[Int(word >> UInt64(60 - nibble % 16 * 4) & 15)]
                length += 1
            }
            return length
        }
    }
}
