import NIOCore

/// Writes integers, texts and bytes one after the other into space that has been made for all of them.
///
/// A `ByteBuffer` looks at its owner and its capacity at every write, which is most of the time it takes to write an
/// event. Here this happens once. Every write still checks that it stays inside the space, which raw memory does not do
/// by itself in release builds: a wrong size is a bug that traps.
struct ByteWriter {
    private let space: UnsafeMutableRawBufferPointer
    private var offset = 0

    private init(_ space: UnsafeMutableRawBufferPointer) {
        self.space = space
    }

    /// Appends `size` bytes to `buffer`, all of which `body` has to write.
    static func append(_ size: Int, to buffer: inout ByteBuffer, _ body: (inout ByteWriter) -> Void) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
            var writer = ByteWriter(UnsafeMutableRawBufferPointer(rebasing: space[0..<size]))
            body(&writer)
            precondition(writer.offset == size, "wrote \(writer.offset) bytes of \(size)")
            return size
        }
    }

    /// Writes an integer, big endian.
    mutating func write<Integer: FixedWidthInteger & BitwiseCopyable>(_ integer: Integer) {
        let place = self.take(MemoryLayout<Integer>.size)
        place.storeBytes(of: integer.bigEndian, as: Integer.self)
    }

    /// Writes a text.
    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { self.write(UnsafeRawBufferPointer($0)) }
    }

    /// Writes bytes.
    mutating func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { self.write($0) }
    }

    /// Writes a 32-bit length. Requests and tokens are limited to far less than four gigabytes, so that the conversion
    /// only traps on a bug.
    mutating func writeLength(_ length: Int) {
        self.write(UInt32(length))
    }

    /// Writes a text behind its 32-bit length.
    mutating func writeSized(_ text: String) {
        self.writeLength(text.utf8.count)
        self.write(text)
    }

    /// Writes bytes behind their 32-bit length.
    mutating func writeSized(_ bytes: [UInt8]) {
        self.writeLength(bytes.count)
        self.write(bytes)
    }

    private mutating func write(_ bytes: UnsafeRawBufferPointer) {
        self.take(bytes.count).copyMemory(from: bytes)
    }

    /// The next `count` bytes of the space.
    private mutating func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
        precondition(count <= self.space.count - self.offset, "\(count) bytes into \(self.space.count - self.offset)")
        let end = self.offset + count
        defer { self.offset = end }
        return UnsafeMutableRawBufferPointer(rebasing: self.space[self.offset..<end])
    }
}
