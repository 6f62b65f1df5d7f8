import NIOCore
import SkeinCore

/// Bytes on their way to a client: whole WebSocket frames, usually shared by many subscribers and never changed.
///
/// One object whatever the number of subscribers: staging it for one of them counts one reference.
final class OutboundFrame {
    let bytes: ByteBuffer
    /// The channel that the publications in it belong to; nil for replies and control frames, which are never dropped.
    let source: ChannelFanout?
    /// Publications in it.
    let publications: Int

    init(bytes: ByteBuffer, source: ChannelFanout? = nil, publications: Int = 0) {
        self.bytes = bytes
        self.source = source
        self.publications = publications
    }

    /// What is left when a client has the first `count` bytes: nothing may drop it any more.
    func rest(after count: Int) -> OutboundFrame {
        guard count > 0 else { return self }
        var rest = self.bytes
        rest.moveReaderIndex(forwardBy: count)
        return OutboundFrame(bytes: rest, publications: self.publications)
    }
}
