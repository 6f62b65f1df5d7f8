/// Eight bytes of text looked at as one machine word.
///
/// Strings and payloads are mostly plain ASCII; testing eight bytes with a few integer operations is what keeps
/// scanning and copying far below a nanosecond per byte. Each test answers for the whole word; the byte at fault is
/// then found one by one. Words are little endian: the first byte of the text is the lowest.
struct ByteWord: Equatable {
    private let word: UInt64

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Loads eight bytes at any alignment; the caller has checked that they exist.
    @inline(__always)
    init(_ base: UnsafeRawPointer, at offset: Int) {
        self.word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// A mark in every byte that cannot stand in a JSON string as it is: all but printable ASCII without `"` and `\`.
    /// Only the first mark is sure to be right. Loops test for zero before they ask where it is, because an address
    /// that depends on the answer makes every load wait for the one before.
    @inline(__always)
    var specialMarks: UInt64 {
        let belowSpace = (self.word &- Self.ones &* 0x20) & ~self.word
        let special =
            belowSpace | Self.zeroBytes(self.word ^ (Self.ones &* 0x22))
            | Self.zeroBytes(self.word ^ (Self.ones &* 0x5C)) | self.word
        return special & Self.highBits
    }

    /// The index of the byte that the first mark stands for.
    @inline(__always)
    static func firstIndex(_ marks: UInt64) -> Int { marks.trailingZeroBitCount >> 3 }

    /// Whether a byte below 0x20 is among them.
    @inline(__always)
    var containsControl: Bool {
        (self.word &- Self.ones &* 0x20) & ~self.word & Self.highBits != 0
    }

    /// The high bit of every byte that is zero. A byte above a zero one may be marked too, never one below it, so the
    /// first mark is always right.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- Self.ones) & ~word
    }
}
