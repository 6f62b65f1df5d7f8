public import NIOCore

extension FieldReader {
    /// A field of a message. Which of its values makes sense is known from the tag; the others are nil or nonsense.
    public struct Field: Sendable {
        /// What the field is about.
        public let tag: UInt8
        /// What was written.
        public let value: ByteBuffer

        init(tag: UInt8, value: ByteBuffer) {
            self.tag = tag
            self.value = value
        }

        /// A copy of what was written.
        public var bytes: [UInt8] { Array(self.value.readableBytesView) }

        /// A text; nil when it is not UTF-8.
        public var text: String? {
            self.value.withUnsafeReadableBytes { String(validatingBytes: $0) }
        }

        /// A number; nil when it does not have eight bytes.
        public var number: UInt64? {
            guard self.value.readableBytes == MemoryLayout<UInt64>.size else { return nil }
            return self.value.getInteger(at: self.value.readerIndex)
        }

        /// A truth value; nil when it is not one byte that is 0 or 1.
        public var flag: Bool? {
            guard self.value.readableBytes == 1 else { return nil }
            switch self.value.getInteger(at: self.value.readerIndex, as: UInt8.self) {
            case 0: return false
            case 1: return true
            default: return nil
            }
        }

        /// A message inside the message; nil when it is malformed.
        public var message: FieldReader? { FieldReader(self.value) }
    }
}
