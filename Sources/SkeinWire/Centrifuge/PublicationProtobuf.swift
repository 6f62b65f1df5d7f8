import NIOCore
import SkeinCore

/// The push of a publication in protobuf, written by hand.
///
/// The one message that is written for every publication: generated code makes a tree of it first and takes twelve times as long.
/// The bytes are the same; the tests compare them. Lengths stand in front of what they measure, so everything is measured once
/// before it is written.
struct PublicationProtobuf {
    private let channel: ChannelName
    private let publication: Publication
    private let data: [UInt8]
    private let isPatch: Bool
    private let infoLength: Int
    private let publicationLength: Int
    private let pushLength: Int
    private let replyLength: Int

    init(channel: ChannelName, _ publication: Publication, _ payload: PublicationPayload) {
        self.channel = channel
        self.publication = publication
        switch payload {
        case .plain, .deltaFull: (self.data, self.isPatch) = (publication.data, false)
        case .deltaPatch(let patch): (self.data, self.isPatch) = (patch, true)
        }
        self.infoLength = publication.info.map(Self.length) ?? 0
        var length = Self.length(self.data.count)
        if publication.info != nil { length += Self.messageLength(self.infoLength) }
        length += Self.length(number: publication.offset)
        for tag in publication.tags { length += Self.messageLength(Self.length(tag)) }
        if self.isPatch { length += 2 }
        length += Self.length(number: UInt64(bitPattern: publication.time))
        self.publicationLength = length
        self.pushLength = Self.length(channel.text.utf8.count) + Self.messageLength(length)
        self.replyLength = Self.messageLength(self.pushLength)
    }

    /// Appends the message with its length in front.
    func append(to buffer: inout ByteBuffer) {
        let total = ProtobufWriter.varintLength(UInt64(self.replyLength)) + self.replyLength
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: total) { target in
            guard let base = target.baseAddress else { return 0 }
            var writer = ProtobufWriter(base)
            self.write(&writer)
            return writer.count
        }
    }

    private func write(_ writer: inout ProtobufWriter) {
        writer.varint(UInt64(self.replyLength))
        writer.length(self.pushLength, field: 4)
        writer.string(self.channel.text, field: 2)
        writer.length(self.publicationLength, field: 4)
        writer.bytes(self.data, field: 4)
        if let info = self.publication.info {
            writer.length(self.infoLength, field: 5)
            writer.string(info.user, field: 1)
            writer.string(info.client, field: 2)
            writer.bytes(info.connectionInfo ?? [], field: 3)
            writer.bytes(info.channelInfo ?? [], field: 4)
        }
        writer.number(self.publication.offset, field: 6)
        for tag in self.publication.tags {
            writer.length(Self.length(tag), field: 7)
            writer.string(tag.key, field: 1)
            writer.string(tag.value, field: 2)
        }
        writer.number(self.isPatch ? 1 : 0, field: 8)
        writer.number(UInt64(bitPattern: self.publication.time), field: 9)
    }

    private static func length(_ info: ClientInfo) -> Int {
        self.length(info.user.utf8.count) + self.length(info.client.utf8.count)
            + self.length(info.connectionInfo?.count ?? 0) + self.length(info.channelInfo?.count ?? 0)
    }

    private static func length(_ tag: Publication.Tag) -> Int {
        self.length(tag.key.utf8.count) + self.length(tag.value.utf8.count)
    }

    /// A field of so many bytes; an empty one is left out.
    private static func length(_ count: Int) -> Int {
        count == 0 ? 0 : self.messageLength(count)
    }

    /// A message of so many bytes, which is written even when it is empty.
    private static func messageLength(_ count: Int) -> Int {
        1 + ProtobufWriter.varintLength(UInt64(count)) + count
    }

    /// A number; zero is left out.
    private static func length(number: UInt64) -> Int {
        number == 0 ? 0 : 1 + ProtobufWriter.varintLength(number)
    }
}
