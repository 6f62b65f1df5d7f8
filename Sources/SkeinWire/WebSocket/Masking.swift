/// The masking of RFC 6455 section 5.3: payload byte i is combined with key byte i mod 4 by exclusive or, 64 bytes at a
/// step.
public enum Masking {
    /// Masks or unmasks in place; doing it twice restores the bytes. Linear in `bytes`.
    ///
    /// - Parameters:
    ///   - key: the key as the big-endian integer on the wire, `0x37fa213d` for the bytes 37 fa 21 3d.
    ///   - offset: how many bytes of the same payload came before; not negative.
    public static func apply(key: UInt32, offset: Int = 0, to bytes: UnsafeMutableRawBufferPointer) {
        guard let base = bytes.baseAddress, key != 0 else { return }
        let pattern = Self.rotate(key, by: offset).bigEndian
        let word = UInt64(pattern) | UInt64(pattern) << 32
        let block = SIMD8<UInt64>(repeating: word)
        let count = bytes.count
        var index = 0
        while count - index >= 64 {
            let masked = base.loadUnaligned(fromByteOffset: index, as: SIMD8<UInt64>.self) ^ block
            base.storeBytes(of: masked, toByteOffset: index, as: SIMD8<UInt64>.self)
            index += 64
        }
        while count - index >= 8 {
            let masked = base.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ word
            base.storeBytes(of: masked, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        // All steps so far were multiples of four, so the rest starts at the pattern's first byte.
        var rest = pattern.littleEndian
        while index < count {
            let masked = base.load(fromByteOffset: index, as: UInt8.self) ^ UInt8(truncatingIfNeeded: rest)
            base.storeBytes(of: masked, toByteOffset: index, as: UInt8.self)
            rest = rest >> 8 | rest << 24
            index += 1
        }
    }

    /// The key that continues a payload after `count` bytes of it.
    static func rotate(_ key: UInt32, by count: Int) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: count & 3) * 8
        return key << bits | key >> ((32 - bits) & 31)
    }
}
