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

    /// The eight bytes from an index on.
    @inline(__always)
    func word(at index: Int) -> ByteWord { ByteWord(self.base, at: index) }
}
