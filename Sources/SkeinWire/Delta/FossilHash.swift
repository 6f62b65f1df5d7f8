/// The hash of sixteen bytes, which moves along a text one byte at a time.
///
/// A polynomial over the bytes, modulo 2³². Speed is all that depends on it: a match is verified byte by byte.
struct FossilHash {
    private(set) var value: UInt32

    private static let factor: UInt32 = 0x0100_0193
    /// `factor` to the power of fifteen: the weight of the byte that leaves.
    private static let leading: UInt32 = (1..<FossilBlocks.size).reduce(1) { power, _ in power &* Self.factor }

    /// Hashes the sixteen bytes at an offset; the caller has checked that they exist.
    init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        self.value = 0
        for index in offset..<offset + FossilBlocks.size {
            self.value = self.value &* Self.factor &+ UInt32(bytes[index])
        }
    }

    /// Moves by one byte.
    mutating func roll(out leaving: UInt8, in entering: UInt8) {
        self.value = (self.value &- UInt32(leaving) &* Self.leading) &* Self.factor &+ UInt32(entering)
    }
}
