/// Hashes text by its UTF-8, eight bytes at a step.
///
/// `Hasher` is seeded per process (SE-0206), so nobody outside can prepare names that collide.
enum ByteHash {
    /// The hash, and what else one pass over the bytes can tell. O(bytes).
    static func of(_ bytes: String.UTF8View) -> Reading {
        var hasher = Hasher()
        var word: UInt64 = 0
        var filled = 0
        var reading = Reading()
        for byte in bytes {
            reading.note(byte, at: filled)
            word = word << 8 | UInt64(byte)
            filled += 1
            if filled & 7 == 0 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(filled)
        reading.hash = hasher.finalize()
        return reading
    }

    /// What a pass over text has found.
    struct Reading {
        var hash = 0
        var isASCII = true
        /// Whether there is a space or an ASCII control character.
        var hasSpaceOrControl = false
        /// Where the first `:` is that has no `#` in front of it; -1 for none.
        var namespaceEnd: Int32 = -1
        private var isPastMarks = false

        @inline(__always)
        fileprivate mutating func note(_ byte: UInt8, at index: Int) {
            self.isASCII = self.isASCII && byte < 0x80
            self.hasSpaceOrControl = self.hasSpaceOrControl || byte <= 0x20 || byte == 0x7F
            guard !self.isPastMarks, byte == UInt8(ascii: ":") || byte == UInt8(ascii: "#") else { return }
            self.isPastMarks = true
            if byte == UInt8(ascii: ":") { self.namespaceEnd = Int32(truncatingIfNeeded: index) }
        }
    }
}
