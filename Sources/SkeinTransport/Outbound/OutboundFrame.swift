import NIOCore
import SkeinCore

/// Bytes on their way to a client: whole WebSocket frames, usually shared by many subscribers and never changed.
struct OutboundFrame {
    var bytes: ByteBuffer
    /// The channel that the publications in it belong to; nil for replies and control frames, which are never dropped.
    var source: ChannelFanout?
    /// Publications in it.
    var publications: Int

    init(bytes: ByteBuffer, source: ChannelFanout? = nil, publications: Int = 0) {
        self.bytes = bytes
        self.source = source
        self.publications = publications
    }
}
