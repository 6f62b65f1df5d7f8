public import NIOCore

/// The fields of a message that ``FieldWriter`` wrote, in their order.
///
/// The whole framing is checked before the first field is seen, so that a message that was cut short is not acted upon
/// in part. Skip the tags that are not known:
///
///     for field in reader {
///         switch field.tag {
///         case 1: name = field.text
///         case 2: addresses.append(field.text)
///         default: continue
///         }
///     }
public struct FieldReader: Sequence, Sendable {
    /// What the sender says it understands, from 1 to 255.
    public let version: UInt8
    private let fields: ByteBuffer

    /// Reads a message; nil when its fields do not fill it exactly, or its version is 0. O(fields).
    public init?(_ message: ByteBuffer) {
        var fields = message
        guard let version = fields.readInteger(as: UInt8.self), version > 0 else { return nil }
        var iterator = Iterator(rest: fields)
        while iterator.next() != nil {}
        guard iterator.isAtEnd else { return nil }
        self.version = version
        self.fields = fields
    }

    /// The first field with a tag. O(fields).
    public func first(_ tag: UInt8) -> FieldReader.Field? {
        self.first { $0.tag == tag }
    }

    /// All fields with a tag, in their order: the elements of a list. O(fields).
    public func all(_ tag: UInt8) -> [FieldReader.Field] {
        self.filter { $0.tag == tag }
    }

    public func makeIterator() -> Iterator {
        Iterator(rest: self.fields)
    }

    /// Walks the fields.
    public struct Iterator: IteratorProtocol, Sendable {
        private var rest: ByteBuffer

        fileprivate init(rest: ByteBuffer) {
            self.rest = rest
        }

        /// Whether there is nothing after the last field; a field that is cut short stays in the rest.
        fileprivate var isAtEnd: Bool { self.rest.readableBytes == 0 }

        public mutating func next() -> FieldReader.Field? {
            var rest = self.rest
            guard let tag = rest.readInteger(as: UInt8.self),
                let length = rest.readInteger(as: UInt32.self).flatMap({ Int(exactly: $0) }),
                let value = rest.readSlice(length: length)
            else { return nil }
            self.rest = rest
            return FieldReader.Field(tag: tag, value: value)
        }
    }
}
