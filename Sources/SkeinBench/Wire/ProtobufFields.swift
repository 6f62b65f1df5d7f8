/// Walks over the fields of one protobuf message without copying; fields of fixed width are passed over.
///
/// The bytes have to outlive it. Whatever is no message ends the walk early: a server's mistake then shows as a missing
/// reply.
struct ProtobufFields: IteratorProtocol {
    /// A field that is a number or has a length.
    struct Field {
        let number: UInt64
        /// Its value when it is a number, 0 otherwise.
        let value: UInt64
        /// Its bytes when it has a length.
        let bytes: UnsafeRawBufferPointer

        var text: String { String(decoding: self.bytes, as: UTF8.self) }
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func next() -> Field? {
        while let key = self.varint() {
            switch key & 7 {
            case 0:
                guard let value = self.varint() else { return nil }
                return Field(number: key >> 3, value: value, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
            case 1: self.position += 8
            case 2:
                guard let bytes = self.delimited() else { return nil }
                return Field(number: key >> 3, value: 0, bytes: bytes)
            case 5: self.position += 4
            default: return nil
            }
        }
        return nil
    }

    /// The next message of a frame in which each has its length in front.
    mutating func delimited() -> UnsafeRawBufferPointer? {
        guard let length = self.varint(), length <= UInt64(self.bytes.count - self.position) else { return nil }
        let start = self.position
        self.position += Int(length)
        return UnsafeRawBufferPointer(rebasing: self.bytes[start..<self.position])
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while self.position < self.bytes.count, shift < 64 {
            let byte = self.bytes[self.position]
            self.position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }
}
