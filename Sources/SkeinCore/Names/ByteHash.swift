/// Hashes text by its UTF-8, eight bytes at a step.
///
/// `Hasher` is seeded per process (SE-0206), so nobody outside can prepare names that collide.
enum ByteHash {
    /// The hash, and what else one pass over the bytes can tell. O(bytes).
    static func of(_ text: String.UTF8View) -> Reading {
        let bytes = text.span
        var hasher = Hasher()
        var reading = Reading()
        var start = 0
        while bytes.count - start >= 8 {
            var word: UInt64 = 0
            for index in start..<start + 8 { word = word << 8 | UInt64(bytes[index]) }
            hasher.combine(word)
            reading.note(word, bytes, from: start)
            start += 8
        }
        var word: UInt64 = 0
        for index in start..<bytes.count { word = word << 8 | UInt64(bytes[index]) }
        hasher.combine(word)
        hasher.combine(bytes.count)
        // What is missing to a word are letters, of which there is nothing to note.
        if start < bytes.count {
            let missing = UInt64(8 - (bytes.count - start)) * 8
            reading.note(word | Self.repeated(UInt8(ascii: "a")) << (64 - missing), bytes, from: start)
        }
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
        fileprivate mutating func note(_ word: UInt64, _ bytes: Span<UInt8>, from start: Int) {
            self.isASCII = self.isASCII && word & ByteHash.highBits == 0
            self.hasSpaceOrControl =
                self.hasSpaceOrControl || ByteHash.hasByte(in: word, below: 0x21)
                || ByteHash.hasByte(in: word, equalTo: 0x7F)
            guard !self.isPastMarks,
                ByteHash.hasByte(in: word, equalTo: UInt8(ascii: ":"))
                    || ByteHash.hasByte(in: word, equalTo: UInt8(ascii: "#"))
            else { return }
            self.findMark(bytes, from: start)
        }

        private mutating func findMark(_ bytes: Span<UInt8>, from start: Int) {
            for index in start..<bytes.count {
                guard bytes[index] == UInt8(ascii: ":") || bytes[index] == UInt8(ascii: "#") else { continue }
                self.isPastMarks = true
                if bytes[index] == UInt8(ascii: ":") { self.namespaceEnd = Int32(truncatingIfNeeded: index) }
                return
            }
        }
    }

    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    private static func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Whether one of the word's bytes is less than `limit`, which is at most 0x80.
    private static func hasByte(in word: UInt64, below limit: UInt8) -> Bool {
        (word &- self.repeated(limit)) & ~word & self.highBits != 0
    }

    /// Whether one of the word's bytes is this one.
    private static func hasByte(in word: UInt64, equalTo byte: UInt8) -> Bool {
        self.hasByte(in: word ^ self.repeated(byte), below: 1)
    }
}
