public import NIOCore
import SkeinWire

/// Takes the PROXY protocol header from the front of a connection, tells who the client is, and goes.
///
/// First in the pipeline of a listener that demands the header. Until the header is whole the handlers behind this one
/// see nothing, not even that the connection is active: nobody answers somebody unknown. Then they get a
/// ``ClientAddress`` event, `channelActive` if it was held back, and the bytes that came behind the header. Confined to
/// its event loop.
///
/// A connection is closed without a word if its peer is not trusted, or sends no header or a bad one, or is late.
public final class ProxyProtocolHandler: ChannelInboundHandler, RemovableChannelHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer

    private enum State {
        /// The connection is not active yet.
        case idle
        /// Waits for a header; the bytes so far are less than one.
        case collecting(ByteBuffer?)
        /// The header is through.
        case finished
        /// The connection is being closed; what still arrives is ignored.
        case rejected
    }

    private let settings: ProxyProtocolSettings
    private var state: State = .idle
    private var owesActive = false
    private var alarm: Scheduled<Void>?

    /// Demands the header on one connection.
    public init(settings: ProxyProtocolSettings) {
        self.settings = settings
    }

    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { self.start(context) }
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        self.alarm?.cancel()
        self.alarm = nil
    }

    public func channelActive(context: ChannelHandlerContext) {
        // Added to a channel that had become active, but had not said so.
        self.owesActive = true
        if case .idle = self.state { self.start(context) }
    }

    public func channelInactive(context: ChannelHandlerContext) {
        if case .collecting = self.state { self.settle(.incomplete) }
        context.fireChannelInactive()
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.state {
        case .idle, .rejected:
            break
        case .collecting(let earlier):
            self.state = .collecting(nil)
            self.judge(Self.joined(earlier, self.unwrapInboundIn(data)), context)
        case .finished:
            context.fireChannelRead(data)
        }
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        if case .finished = self.state { context.fireChannelReadComplete() }
    }

    private func start(_ context: ChannelHandlerContext) {
        // Health checks reset the connection as soon as it is made, and then nobody knows any more who the peer was.
        guard let peer = context.remoteAddress else { return self.reject(.incomplete, context) }
        guard self.settings.trusted.contains(peer) else { return self.reject(.untrusted, context) }
        self.state = .collecting(nil)
        self.alarm = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(self.settings.deadline)) {
            guard case .collecting = self.state else { return }
            self.reject(.late, context)
        }
    }

    private static func joined(_ earlier: ByteBuffer?, _ bytes: ByteBuffer) -> ByteBuffer {
        guard var all = earlier else { return bytes }
        all.writeImmutableBuffer(bytes)
        return all
    }

    private func judge(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        switch ProxyHeaderParser.parse(bytes) {
        case .needsMore:
            self.state = .collecting(bytes)
        case .failure(let error):
            self.reject(.malformed(error), context)
        case .header(let header, let length):
            var rest = bytes
            rest.moveReaderIndex(forwardBy: length)
            self.finish(header, rest: rest, context)
        }
    }

    private func finish(_ header: ProxyHeader, rest: ByteBuffer, _ context: ChannelHandlerContext) {
        self.state = .finished
        self.alarm?.cancel()
        self.alarm = nil
        if let client = Self.client(header, of: context) { context.fireUserInboundEventTriggered(client) }
        if self.owesActive { context.fireChannelActive() }
        if rest.readableBytes > 0 { context.fireChannelRead(self.wrapInboundOut(rest)) }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    private static func client(_ header: ProxyHeader, of context: ChannelHandlerContext) -> ClientAddress? {
        switch header {
        case .local: context.remoteAddress.flatMap(ClientAddress.init)
        case .proxied(let source, _): ClientAddress(address: source.address, port: source.port)
        }
    }

    private func reject(_ reason: ProxyRejection, _ context: ChannelHandlerContext) {
        self.settle(reason)
        context.close(promise: nil)
    }

    /// The connection will not get through: says so, once.
    private func settle(_ reason: ProxyRejection) {
        self.state = .rejected
        self.alarm?.cancel()
        self.alarm = nil
        self.settings.count(reason)
    }
}

@available(*, unavailable)
extension ProxyProtocolHandler: Sendable {}
