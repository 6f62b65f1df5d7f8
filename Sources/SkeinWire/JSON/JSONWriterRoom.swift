/// The memory that a ``JSONWriter`` fills: borrowed from a buffer at first, its own once that is full.
///
/// Pieces are claimed whole and then filled through a pointer: the count is read and written once per piece, not once
/// per byte. `reserve` comes before appends that do not claim; these do not check.
struct JSONWriterRoom: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    /// How many bytes have been written.
    private(set) var count = 0
    /// Whether the borrowed memory was too small: the text is then only here.
    private(set) var isOwned: Bool

    /// Borrows memory that must outlive the room.
    init(_ memory: UnsafeMutableRawBufferPointer) {
        if let base = memory.baseAddress {
            self.base = base
            self.capacity = memory.count
            self.isOwned = false
        } else {
            self.capacity = 64
            self.base = .allocate(byteCount: self.capacity, alignment: 8)
            self.isOwned = true
        }
    }

    deinit {
        if self.isOwned { self.base.deallocate() }
    }

    /// What has been written; valid until the next call.
    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: self.base, count: self.count) }

    /// Makes sure that so many more bytes can be appended.
    @inline(__always)
    mutating func reserve(_ additional: Int) {
        if self.capacity - self.count < additional { self.grow(additional) }
    }

    /// Memory for so many bytes, which the caller must fill.
    @inline(__always)
    mutating func claim(_ length: Int) -> UnsafeMutableRawPointer {
        self.reserve(length)
        let target = self.base + self.count
        self.count += length
        return target
    }

    @inline(never)
    private mutating func grow(_ additional: Int) {
        let capacity = max(self.capacity * 2, self.count + additional, 1024)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: self.base, byteCount: self.count)
        if self.isOwned { self.base.deallocate() }
        self.base = larger
        self.capacity = capacity
        self.isOwned = true
    }

    /// Appends one byte, for which there is room.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        self.base.storeBytes(of: byte, toByteOffset: self.count, as: UInt8.self)
        self.count += 1
    }

    /// Appends bytes, for which there is room.
    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if let source = bytes.baseAddress {
            (self.base + self.count).copyMemory(from: source, byteCount: bytes.count)
        }
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
            let digit = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            self.base.storeBytes(of: digit, toByteOffset: index, as: UInt8.self)
            rest /= 10
        } while rest > 0
        self.count += length
    }

    /// Appends JSON with spaces instead of newlines and carriage returns. Inside strings these cannot occur as bytes.
    mutating func appendFlattened(_ json: UnsafeRawBufferPointer) {
        guard let source = json.baseAddress else { return }
        let target = self.claim(json.count)
        target.copyMemory(from: source, byteCount: json.count)
        var index = 0
        while json.count - index >= 16 {
            if ByteWord(target, at: index).containsControl || ByteWord(target, at: index + 8).containsControl {
                Self.flatten(target, index..<index + 16)
            }
            index += 16
        }
        Self.flatten(target, index..<json.count)
    }

    private static func flatten(_ target: UnsafeMutableRawPointer, _ range: Range<Int>) {
        let bytes = target.assumingMemoryBound(to: UInt8.self)
        for index in range where bytes[index] == 0x0A || bytes[index] == 0x0D { bytes[index] = 0x20 }
    }
}
