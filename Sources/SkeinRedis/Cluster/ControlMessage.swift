import NIOCore
import SkeinCluster

/// What nodes say to each other outside of channels.
///
/// Fields with a version, so that nodes of two versions understand each other as far as both can; a message of an unknown kind is
/// passed over. Anybody who may write to Redis may write one, so nothing in it is trusted to be there.
struct ControlMessage {
    /// What it is.
    enum Kind: UInt64 {
        /// For every node; wants an answer.
        case question = 1
        case answer = 2
        /// From a node to itself, to see that it hears.
        case probe = 3
    }

    var kind: Kind
    /// Chosen by whoever asks; an answer repeats it. The number of a probe.
    var id: UInt64
    /// The name of the node that sends.
    var sender: String
    /// The Redis channel that an answer goes to.
    var replyChannel = ""
    var content = ByteBuffer()

    private enum Tag {
        static let kind: UInt8 = 1
        static let id: UInt8 = 2
        static let sender: UInt8 = 3
        static let replyChannel: UInt8 = 4
        static let content: UInt8 = 5
    }

    init(_ kind: Kind, id: UInt64, sender: String, replyChannel: String = "", content: ByteBuffer = ByteBuffer()) {
        self.kind = kind
        self.id = id
        self.sender = sender
        self.replyChannel = replyChannel
        self.content = content
    }

    /// Reads a message; nil for anything else, and for kinds that this version does not know.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let reader = FieldReader(ByteBuffer(bytes: bytes)),
            let kind = reader.first(Tag.kind)?.number.flatMap(Kind.init), let id = reader.first(Tag.id)?.number,
            let sender = reader.first(Tag.sender)?.text
        else { return nil }
        self.init(
            kind,
            id: id,
            sender: sender,
            replyChannel: reader.first(Tag.replyChannel)?.text ?? "",
            content: reader.first(Tag.content)?.value ?? ByteBuffer()
        )
    }

    var encoded: ByteBuffer {
        var writer = FieldWriter()
        writer.write(self.kind.rawValue, tag: Tag.kind)
        writer.write(self.id, tag: Tag.id)
        writer.write(self.sender, tag: Tag.sender)
        if !self.replyChannel.isEmpty { writer.write(self.replyChannel, tag: Tag.replyChannel) }
        if self.content.readableBytes > 0 { writer.write(Array(buffer: self.content), tag: Tag.content) }
        return writer.message
    }
}
