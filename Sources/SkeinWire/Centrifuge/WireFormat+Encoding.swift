public import NIOCore
public import SkeinCore

extension WireFormat {
    /// Appends a reply.
    ///
    /// - Parameter first: Whether the buffer holds no message of this frame yet. Otherwise a separator goes in front,
    /// if
    ///   the format has one.
    public func encode(_ reply: Reply, into buffer: inout ByteBuffer, first: Bool) {
        switch self {
        case .json:
            Self.appendLine(to: &buffer, first: first) { $0.reply(reply) }
        case .protobuf: ProtobufFrame.append(Skein_Centrifuge_Reply(reply), to: &buffer)
        }
    }

    /// Appends the reply to a publish without building it first: there is one for every message.
    public func encodePublishReply(id: UInt32, into buffer: inout ByteBuffer, first: Bool) {
        switch self {
        case .json:
            Self.appendLine(to: &buffer, first: first, expecting: 40) { $0.publishReply(id) }
        case .protobuf: ProtobufFrame.appendPublishReply(id: id, to: &buffer)
        }
    }

    /// Appends a push. A publication goes out as plain data; see
    /// ``encodePublication(channel:_:payload:into:first:)``.
    public func encode(_ push: Push, into buffer: inout ByteBuffer, first: Bool) {
        switch self {
        case .json:
            Self.appendLine(to: &buffer, first: first) { $0.push(push) }
        case .protobuf: ProtobufFrame.append(Skein_Centrifuge_Reply(push: .init(push)), to: &buffer)
        }
    }

    /// Appends the push of a publication with its payload in the form that this group of subscribers needs.
    ///
    /// JSON wants a validated JSON payload, and for deltas one in UTF-8: a session whose format cannot carry a
    /// payload must not be sent it.
    public func encodePublication(
        channel: ChannelName,
        _ publication: Publication,
        payload: PublicationPayload,
        into buffer: inout ByteBuffer,
        first: Bool
    ) {
        switch self {
        case .json:
            // Names and numbers take less than 256 bytes; what varies is the payload and the channel.
            let expected = 256 + channel.text.utf8.count + max(publication.data.count, payload.patchLength) * 5 / 4
            Self.appendLine(to: &buffer, first: first, expecting: expected) {
                $0.publicationPush(channel, publication, payload)
            }
        case .protobuf: PublicationProtobuf(channel: channel, publication, payload).append(to: &buffer)
        }
    }

    /// Appends a ping; see ``ping``.
    public func encodePing(into buffer: inout ByteBuffer, first: Bool) {
        if self == .json, !first { buffer.writeInteger(UInt8(ascii: "\n")) }
        buffer.writeBytes(self.ping)
    }

    /// Messages of one frame are separated by newlines.
    private static func appendLine(
        to buffer: inout ByteBuffer,
        first: Bool,
        expecting expected: Int = 256,
        _ body: (inout JSONWriter) -> Void
    ) {
        JSONWriter.append(to: &buffer, expecting: expected) { json in
            if !first { json.verbatim("\n", needsComma: false) }
            body(&json)
        }
    }
}
