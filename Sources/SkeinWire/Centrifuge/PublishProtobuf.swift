import SkeinCore

/// A `publish` command and its reply in protobuf, read and written by hand: these come for every message, and generated code takes
/// several times as long.
///
/// Reads nothing but the plain form that clients send: id, channel, data, each once and in this order. Everything else, with
/// whatever is wrong with it, is left to the generated code; the tests compare the two.
enum PublishProtobuf {
    /// The command, or nil for everything but a plain publish.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Command? {
        var rest = Fields(bytes)
        guard rest.take(0x08), let id = rest.varint(), id > 0, id <= UInt64(UInt32.max),
            rest.take(0x3A), let length = rest.varint(), length == UInt64(rest.count),
            rest.take(0x0A), let channel = rest.bytes(), UTF8Validator.isValid(channel),
            rest.take(0x12), let data = rest.bytes(), rest.count == 0
        else { return nil }
        let name = ChannelName(String(decoding: channel, as: UTF8.self))
        return Command(id: UInt32(id), .publish(PublishRequest(channel: name, data: Array(data))))
    }

    /// How many bytes the reply has, without its length in front.
    static func replyLength(id: UInt32) -> Int {
        (id == 0 ? 0 : 1 + ProtobufWriter.varintLength(UInt64(id))) + 2
    }

    /// Writes the reply with its length in front.
    static func writeReply(id: UInt32, to writer: inout ProtobufWriter) {
        writer.varint(UInt64(self.replyLength(id: id)))
        writer.number(UInt64(id), field: 1)
        writer.length(0, field: 8)
    }

    /// A walk over the bytes of a message.
    private struct Fields {
        private let all: UnsafeRawBufferPointer
        private var position = 0

        init(_ bytes: UnsafeRawBufferPointer) {
            self.all = bytes
        }

        var count: Int { self.all.count - self.position }

        /// Goes past this byte, if it is the next one.
        mutating func take(_ byte: UInt8) -> Bool {
            guard self.count > 0, self.all[self.position] == byte else { return false }
            self.position += 1
            return true
        }

        /// A number of at most five bytes, as far as anything here goes.
        mutating func varint() -> UInt64? {
            var value: UInt64 = 0
            for index in 0..<min(5, self.count) {
                let byte = self.all[self.position + index]
                value |= UInt64(byte & 0x7F) << UInt64(7 * index)
                guard byte & 0x80 == 0 else { continue }
                self.position += index + 1
                return value
            }
            return nil
        }

        /// Bytes behind their length.
        mutating func bytes() -> UnsafeRawBufferPointer? {
            guard let length = self.varint(), length <= UInt64(self.count) else { return nil }
            defer { self.position += Int(length) }
            return UnsafeRawBufferPointer(rebasing: self.all[self.position..<self.position + Int(length)])
        }
    }
}
