/// SHA-1 (RFC 3174), which RFC 6455 asks for in `Sec-WebSocket-Accept`. It protects nothing there, and it must be used
/// for nothing else. Here so that this module needs no cryptography library.
enum SHA1 {
    /// The 20 bytes of the digest.
    static func digest(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        let padded = Self.pad(message)
        for start in stride(from: 0, to: padded.count, by: 64) {
            Self.process(padded[start..<start + 64], into: &state)
        }
        return state.flatMap { Self.bigEndianBytes($0) }
    }

    /// A one bit, zeros up to 56 mod 64, and the length in bits (section 4).
    private static func pad(_ message: [UInt8]) -> [UInt8] {
        let zeros = (119 - message.count % 64) % 64
        let bitCount = UInt64(message.count) * 8
        return message + [0x80] + [UInt8](repeating: 0, count: zeros)
            + Self.bigEndianBytes(UInt32(truncatingIfNeeded: bitCount >> 32))
            + Self.bigEndianBytes(UInt32(truncatingIfNeeded: bitCount))
    }

    /// One block of 64 bytes (section 6.1).
    private static func process(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
            for index in 0..<16 {
                let start = block.startIndex + index * 4
                words[index] = block[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
            }
            for index in 16..<80 {
                words[index] = Self.rotate(
                    words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16],
                    1
                )
            }
            Self.mix(words, into: &state)
        }
    }

    private static func mix(_ words: UnsafeMutableBufferPointer<UInt32>, into state: inout [UInt32]) {
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for index in 0..<80 {
            let mixed = Self.rotate(a, 5) &+ Self.mix(index, b, c, d) &+ e &+ words[index]
            (a, b, c, d, e) = (mixed, a, Self.rotate(b, 30), c, d)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
    }

    /// The function and the constant of a round (section 5).
    private static func mix(_ index: Int, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> UInt32 {
        switch index {
        case ..<20: (b & c | ~b & d) &+ 0x5A82_7999
        case ..<40: (b ^ c ^ d) &+ 0x6ED9_EBA1
        case ..<60: (b & c | b & d | c & d) &+ 0x8F1B_BCDC
        default: (b ^ c ^ d) &+ 0xCA62_C1D6
        }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }

    private static func bigEndianBytes(_ word: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
}
