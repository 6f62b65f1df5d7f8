/// SHA-1 (RFC 3174), which RFC 6455 asks for in `Sec-WebSocket-Accept`. It protects nothing there, and it must be used
/// for nothing else. Here so that this module needs no cryptography library.
enum SHA1 {
    /// The 20 bytes of the digest.
    static func digest(_ message: [UInt8]) -> [UInt8] {
        var state = State()
        Self.pad(message).withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
                for start in stride(from: 0, to: bytes.count, by: 64) {
                    Self.expand(bytes, from: start, into: words)
                    state.mix(words)
                }
            }
        }
        return state.bytes
    }

    /// A one bit, zeros up to 56 mod 64, and the length in bits (section 4).
    private static func pad(_ message: [UInt8]) -> [UInt8] {
        let bitCount = UInt64(message.count) * 8
        var padded = message
        padded.reserveCapacity(message.count + 72)
        padded.append(0x80)
        while padded.count % 64 != 56 { padded.append(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            padded.append(UInt8(truncatingIfNeeded: bitCount >> shift))
        }
        return padded
    }

    /// The 80 words of a block of 64 bytes (section 6.1, a and b).
    private static func expand(
        _ bytes: UnsafeRawBufferPointer,
        from start: Int,
        into words: UnsafeMutableBufferPointer<UInt32>
    ) {
        for index in 0..<16 {
            words[index] = bytes.loadUnaligned(fromByteOffset: start + index * 4, as: UInt32.self).bigEndian
        }
        for index in 16..<80 {
            words[index] = Self.rotate(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1)
        }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }

    private struct State {
        private var a: UInt32 = 0x6745_2301
        private var b: UInt32 = 0xEFCD_AB89
        private var c: UInt32 = 0x98BA_DCFE
        private var d: UInt32 = 0x1032_5476
        private var e: UInt32 = 0xC3D2_E1F0

        /// One block (section 6.1, c to e); the functions and constants of the rounds are those of section 5.
        mutating func mix(_ words: UnsafeMutableBufferPointer<UInt32>) {
            var next = self
            for index in 0..<20 { next.round(words[index], (next.b & next.c | ~next.b & next.d) &+ 0x5A82_7999) }
            for index in 20..<40 { next.round(words[index], (next.b ^ next.c ^ next.d) &+ 0x6ED9_EBA1) }
            for index in 40..<60 {
                next.round(words[index], (next.b & next.c | next.b & next.d | next.c & next.d) &+ 0x8F1B_BCDC)
            }
            for index in 60..<80 { next.round(words[index], (next.b ^ next.c ^ next.d) &+ 0xCA62_C1D6) }
            self.a &+= next.a
            self.b &+= next.b
            self.c &+= next.c
            self.d &+= next.d
            self.e &+= next.e
        }

        private mutating func round(_ word: UInt32, _ mixed: UInt32) {
            let first = SHA1.rotate(self.a, 5) &+ mixed &+ self.e &+ word
            self.e = self.d
            self.d = self.c
            self.c = SHA1.rotate(self.b, 30)
            self.b = self.a
            self.a = first
        }

        var bytes: [UInt8] {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(20)
            for word in [self.a, self.b, self.c, self.d, self.e] {
                for shift in stride(from: 24, through: 0, by: -8) {
                    bytes.append(UInt8(truncatingIfNeeded: word >> shift))
                }
            }
            return bytes
        }
    }
}
