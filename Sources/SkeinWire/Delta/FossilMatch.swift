/// A stretch of bytes that base and target have in common.
struct FossilMatch: Equatable {
    /// Where it begins in the target.
    var target: Int
    /// Where it begins in the base.
    var base: Int
    /// How many bytes it has.
    var count: Int

    /// One past its last byte in the target.
    var end: Int { self.target + self.count }

    /// Moves both ends inwards to where a character of the target begins, so that what is inserted around is whole
    /// characters. Bytes that are not UTF-8 leave an end where it is.
    mutating func alignToCharacters(of bytes: UnsafeRawBufferPointer) {
        let start = (0..<min(4, self.count)).first { !Self.isContinuation(bytes[self.target + $0]) } ?? 0
        self.target += start
        self.base += start
        self.count -= start
        guard self.end < bytes.count else { return }
        self.count -= (0..<min(4, self.count)).first { !Self.isContinuation(bytes[self.end - $0]) } ?? 0
    }

    /// Whether a byte is the second to fourth of a character.
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
