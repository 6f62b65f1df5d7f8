/// Borrowed bytes as a base address and a count.
///
/// `UnsafeRawBufferPointer` holds two optional ends, and every access in a hot loop pays for both. Access is
/// unchecked: the scanner compares with `count` first.
struct ByteText {
    let base: UnsafeRawPointer
    let count: Int

    /// Looks at bytes that must outlive the value.
    init(_ bytes: UnsafeRawBufferPointer) {
        // Any address will do for no bytes; this one is always there.
        self.base = bytes.baseAddress ?? UnsafeRawPointer(("" as StaticString).utf8Start)
        self.count = bytes.count
    }

    @inline(__always)
    subscript(index: Int) -> UInt8 { self.base.load(fromByteOffset: index, as: UInt8.self) }

    subscript(range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: self.base + range.lowerBound, count: range.count)
    }

    /// Whether these bytes stand at an index.
    func has(_ text: StaticString, at index: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard self.count - index >= count else { return false }
        let expected = ByteText(UnsafeRawBufferPointer(start: text.utf8Start, count: count))
        guard count >= 8 else { return (0..<count).allSatisfy { self[index + $0] == expected[$0] } }
        var offset = 0
        while offset < count {
            // The last word overlaps the one before.
            let place = min(offset, count - 8)
            guard self.word(at: index + place) == expected.word(at: place) else { return false }
            offset += 8
        }
        return true
    }

    /// The eight bytes from an index on.
    @inline(__always)
    func word(at index: Int) -> ByteWord { ByteWord(self.base, at: index) }
}
