/// Reads integers, texts and bytes from the front of bytes that nobody has checked.
///
/// A value that is not there in full is nil; what has been read by then is undefined, and the caller gives up. Valid as
/// long as the bytes it was made with.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// Reads `bytes` from their start.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// How many bytes are left.
    var count: Int { self.bytes.count - self.offset }

    /// A big-endian integer.
    mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(as type: Integer.Type) -> Integer? {
        guard MemoryLayout<Integer>.size <= self.count else { return nil }
        let integer = self.bytes.loadUnaligned(fromByteOffset: self.offset, as: type)
        self.offset += MemoryLayout<Integer>.size
        return Integer(bigEndian: integer)
    }

    /// Whether at least `number` times `size` bytes are left. The product of two 32-bit integers fits into 64 bits.
    func has(_ number: UInt32, timesBytes size: UInt32) -> Bool {
        UInt64(number) * UInt64(size) <= UInt64(self.count)
    }

    /// The next bytes, not copied.
    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, count <= self.count else { return nil }
        let end = self.offset + count
        defer { self.offset = end }
        return UnsafeRawBufferPointer(rebasing: self.bytes[self.offset..<end])
    }

    /// The bytes after a 32-bit length, not copied.
    mutating func sizedBytes() -> UnsafeRawBufferPointer? {
        guard let length = self.integer(as: UInt32.self), let count = Int(exactly: length) else { return nil }
        return self.take(count)
    }

    /// A copy of the bytes after a 32-bit length.
    mutating func sizedCopy() -> [UInt8]? {
        guard let bytes = self.sizedBytes() else { return nil }
        return Array(bytes)
    }

    /// A copy of what is left.
    func copyOfRest() -> [UInt8] {
        Array(UnsafeRawBufferPointer(rebasing: self.bytes[self.offset..<self.bytes.count]))
    }

    /// The text after a 32-bit length; nil also when it is not UTF-8.
    mutating func sizedText() -> String? {
        guard let bytes = self.sizedBytes() else { return nil }
        return String(validatingBytes: bytes)
    }

    /// A text of `count` bytes; nil also when it is not UTF-8. If it is `known`, that string comes back.
    mutating func text(count: Int, reusing known: String?) -> String? {
        guard let bytes = self.take(count) else { return nil }
        if let known, known.hasBytes(bytes) { return known }
        return String(validatingBytes: bytes)
    }
}
