/// Writes fields of proto3 with implicit presence, whose numbers are below 16, into memory that is large enough: the caller has
/// measured what it writes.
struct ProtobufWriter {
    private let base: UnsafeMutableRawPointer
    /// Bytes written.
    private(set) var count = 0

    /// Writes from `base` on.
    init(_ base: UnsafeMutableRawPointer) {
        self.base = base
    }

    /// How many bytes a varint takes: 1 to 10.
    static func varintLength(_ value: UInt64) -> Int {
        (70 - (value | 1).leadingZeroBitCount) / 7
    }

    /// A number without a field.
    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A number; zero is left out.
    mutating func number(_ value: UInt64, field: UInt8) {
        guard value != 0 else { return }
        self.append(field << 3)
        self.varint(value)
    }

    /// The start of a message or of bytes, of so many bytes.
    mutating func length(_ length: Int, field: UInt8) {
        self.append(field << 3 | 2)
        self.varint(UInt64(length))
    }

    /// Bytes; none are left out.
    mutating func bytes(_ bytes: [UInt8], field: UInt8) {
        bytes.withUnsafeBytes { self.bytes($0, field: field) }
    }

    /// Text; an empty one is left out.
    mutating func string(_ text: String, field: UInt8) {
        let written: Void? = text.utf8.withContiguousStorageIfAvailable {
            self.bytes(UnsafeRawBufferPointer($0), field: field)
        }
        if written == nil { self.bytes(Array(text.utf8), field: field) }
    }

    private mutating func bytes(_ bytes: UnsafeRawBufferPointer, field: UInt8) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        self.length(bytes.count, field: field)
        (self.base + self.count).copyMemory(from: source, byteCount: bytes.count)
        self.count += bytes.count
    }

    private mutating func append(_ byte: UInt8) {
        self.base.storeBytes(of: byte, toByteOffset: self.count, as: UInt8.self)
        self.count += 1
    }
}
