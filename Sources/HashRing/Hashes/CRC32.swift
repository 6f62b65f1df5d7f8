/// CRC-32 as in zlib and IEEE 802.3, four bytes at a step.
///
/// A table of 256 entries makes each byte wait for the one before it. Three more tables, for bytes with one, two or
/// three zero bytes behind them, let four bytes be looked up side by side.
@usableFromInline
enum CRC32 {
    @usableFromInline
    static let table: [UInt32] = {
        var table: [UInt32] = []
        for index in 0..<UInt32(256) {
            var entry = index
            for _ in 0..<8 { entry = entry & 1 == 1 ? 0xEDB8_8320 ^ (entry >> 1) : entry >> 1 }
            table.append(entry)
        }
        for index in 256..<1024 {
            let entry = table[index - 256]
            table.append(table[Int(entry & 0xFF)] ^ (entry >> 8))
        }
        return table
    }()

    /// The checksum of what `previous` is the checksum of, followed by `bytes`.
    @inlinable
    static func checksum(of bytes: some Sequence<UInt8>, after previous: UInt32 = 0) -> UInt32 {
        let table = Self.table
        var remainder = ~previous
        var word: UInt32 = 0
        var filled: UInt32 = 0
        for byte in bytes {
            word |= UInt32(byte) &<< filled
            filled &+= 8
            guard filled == 32 else { continue }
            let mixed = remainder ^ word
            remainder = table[768 &+ Int(mixed & 0xFF)] ^ table[512 &+ Int(mixed &>> 8 & 0xFF)]
            remainder ^= table[256 &+ Int(mixed &>> 16 & 0xFF)] ^ table[Int(mixed &>> 24)]
            (word, filled) = (0, 0)
        }
        while filled > 0 {
            remainder = table[Int((remainder ^ word) & 0xFF)] ^ (remainder &>> 8)
            word &>>= 8
            filled &-= 8
        }
        return ~remainder
    }

    /// The same for the four bytes of a word, the lowest first.
    static func checksum(ofWord word: UInt32, after previous: UInt32) -> UInt32 {
        let table = Self.table
        var remainder = ~previous ^ word
        for _ in 0..<4 { remainder = table[Int(UInt8(truncatingIfNeeded: remainder))] ^ (remainder &>> 8) }
        return ~remainder
    }
}
