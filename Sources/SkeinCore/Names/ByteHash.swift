/// Hashes text by its UTF-8, eight bytes at a step.
///
/// `Hasher` is seeded per process (SE-0206), so nobody outside can prepare names that collide.
enum ByteHash {
    /// The hash, and whether all bytes are ASCII. O(bytes).
    static func of(_ bytes: String.UTF8View) -> (hash: Int, isASCII: Bool) {
        var hasher = Hasher()
        var word: UInt64 = 0
        var filled = 0
        var seen: UInt8 = 0
        for byte in bytes {
            word = word << 8 | UInt64(byte)
            filled += 1
            seen |= byte
            if filled & 7 == 0 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(filled)
        return (hash: hasher.finalize(), isASCII: seen < 0x80)
    }
}
