public import NIOCore

/// Writes a message between nodes whose versions may differ: a version byte and fields, each a tag, a 32-bit length and
/// that many bytes, all big endian.
///
/// A node ignores the tags it does not know, so that a newer one may add fields; a field never changes its type, and a
/// tag is never given a second meaning. A list is the same tag written again for each element. Read with
/// ``FieldReader``.
public struct FieldWriter: Sendable {
    /// What has been written; a complete message at any time.
    public private(set) var message: ByteBuffer

    /// Starts a message. `version` tells readers what the sender understands and is at least 1; the form of the fields
    /// is the same in every version.
    public init(version: UInt8 = 1) {
        precondition(version > 0, "version 0 of a message")
        self.message = ByteBuffer(integer: version)
    }

    /// Adds a text.
    public mutating func write(_ text: String, tag: UInt8) {
        self.writeHead(tag, length: text.utf8.count)
        self.message.writeString(text)
    }

    /// Adds a number, in eight bytes.
    public mutating func write(_ number: UInt64, tag: UInt8) {
        self.writeHead(tag, length: MemoryLayout<UInt64>.size)
        self.message.writeInteger(number)
    }

    /// Adds a truth value, in one byte.
    public mutating func write(_ flag: Bool, tag: UInt8) {
        self.writeHead(tag, length: 1)
        self.message.writeInteger(flag ? 1 : 0 as UInt8)
    }

    /// Adds bytes.
    public mutating func write(_ bytes: [UInt8], tag: UInt8) {
        self.writeHead(tag, length: bytes.count)
        self.message.writeBytes(bytes)
    }

    /// Adds a message inside the message, with its version.
    public mutating func write(_ nested: FieldWriter, tag: UInt8) {
        self.writeHead(tag, length: nested.message.readableBytes)
        self.message.writeImmutableBuffer(nested.message)
    }

    /// Traps on a value of four gigabytes, which nodes do not have to tell each other.
    private mutating func writeHead(_ tag: UInt8, length: Int) {
        self.message.writeInteger(tag)
        self.message.writeInteger(UInt32(length))
    }
}
