/// The memory that a ``JSONWriter`` fills: borrowed from a buffer at first, its own once that is full.
///
/// `reserve` comes before every group of appends; appends themselves do not check.
struct JSONWriterRoom: ~Copyable {
    private var base: UnsafeMutableRawBufferPointer
    /// How many bytes have been written.
    private(set) var count = 0
    /// Whether the borrowed memory was too small: the text is then only here.
    private(set) var isOwned = false

    /// Borrows memory that must outlive the room.
    init(_ memory: UnsafeMutableRawBufferPointer) {
        self.base = memory
    }

    deinit {
        if self.isOwned { self.base.deallocate() }
    }

    /// What has been written; valid until the next call.
    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self.base[..<self.count]) }

    /// Makes sure that so many more bytes can be appended.
    @inline(__always)
    mutating func reserve(_ additional: Int) {
        if self.base.count - self.count < additional { self.grow(additional) }
    }

    @inline(never)
    private mutating func grow(_ additional: Int) {
        let capacity = max(self.base.count * 2, self.count + additional, 1024)
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: self.written)
        if self.isOwned { self.base.deallocate() }
        self.base = larger
        self.isOwned = true
    }

    /// Appends one byte, for which there is room.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        self.base[self.count] = byte
        self.count += 1
    }

    /// Appends bytes, for which there is room.
    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: self.base[self.count...]).copyMemory(from: bytes)
        self.count += bytes.count
    }

    /// Appends digits; there is room for twenty.
    mutating func appendDecimal(_ value: UInt64) {
        var length = 1
        var probe = value / 10
        while probe > 0 {
            length += 1
            probe /= 10
        }
        var rest = value
        var index = self.count + length
        repeat {
            index -= 1
            self.base[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        self.count += length
    }

    /// Appends JSON, for which there is room, with spaces instead of newlines and carriage returns. Inside strings
    /// these cannot occur as bytes.
    mutating func appendFlattened(_ json: UnsafeRawBufferPointer) {
        var index = self.count
        self.append(json)
        let bytes = UnsafeRawBufferPointer(self.base)
        while self.count - index >= 8 {
            if ByteWord(bytes, at: index).containsControl { self.flatten(index..<index + 8) }
            index += 8
        }
        self.flatten(index..<self.count)
    }

    private func flatten(_ range: Range<Int>) {
        for index in range where self.base[index] == 0x0A || self.base[index] == 0x0D { self.base[index] = 0x20 }
    }
}
