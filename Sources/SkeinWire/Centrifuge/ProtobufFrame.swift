import NIOCore
import SkeinCore
import SwiftProtobuf

/// Messages in a protobuf frame: each with its length in front, as an unsigned varint.
enum ProtobufFrame {
    /// The longest length prefix that is read: five bytes hold 35 bits, more than any frame has bytes.
    private static let maximumPrefixLength = 5

    /// Takes the next message off the front; nil when the bytes are no prefix or fewer than it says.
    static func next(in frame: inout ByteBuffer) -> ByteBuffer? {
        var length: UInt64 = 0
        for index in 0..<Self.maximumPrefixLength {
            guard let byte = frame.readInteger(as: UInt8.self) else { return nil }
            length |= UInt64(byte & 0x7F) << UInt64(7 * index)
            guard byte & 0x80 == 0 else { continue }
            // A zero in the last of several bytes says nothing: the number has a shorter form.
            guard index == 0 || byte != 0, length <= UInt64(frame.readableBytes) else { return nil }
            return frame.readSlice(length: Int(length))
        }
        return nil
    }

    /// Appends the reply to a publish.
    static func appendPublishReply(id: UInt32, to buffer: inout ByteBuffer) {
        // The length takes one byte: there is nothing in the reply but the id.
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 1 + PublishProtobuf.replyLength(id: id)) { target in
            guard let base = target.baseAddress else { return 0 }
            var writer = ProtobufWriter(base)
            PublishProtobuf.writeReply(id: id, to: &writer)
            return writer.count
        }
    }

    /// Appends a message.
    static func append(_ message: Skein_Centrifuge_Reply, to buffer: inout ByteBuffer) {
        // Serialization fails only for messages with required fields or beyond 2 GiB; replies have neither.
        guard let bytes: [UInt8] = try? message.serializedBytes() else { return }
        var length = bytes.count
        while length >= 0x80 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        buffer.writeInteger(UInt8(truncatingIfNeeded: length))
        buffer.writeBytes(bytes)
    }

    /// Turns bytes into the type that generated code has for them.
    static func bytes<Bytes: SwiftProtobufContiguousBytes>(_ bytes: [UInt8]) -> Bytes { Bytes(bytes) }
}
