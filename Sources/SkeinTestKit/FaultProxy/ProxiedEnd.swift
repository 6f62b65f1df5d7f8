import NIOCore

/// One of the two sockets of a connection: tells its relays what happens to it. Reads only when the outgoing relay
/// asks.
final class ProxiedEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: ProxiedConnection
    private let outgoing: FaultRelay
    private let incoming: FaultRelay
    private var hasFailed = false

    init(connection: ProxiedConnection, outgoing: FaultRelay, incoming: FaultRelay) {
        self.connection = connection
        self.outgoing = outgoing
        self.incoming = incoming
    }

    func channelActive(context: ChannelHandlerContext) {
        self.outgoing.connected(from: context.channel)
        self.incoming.connected(to: context.channel)
        self.connection.becameActive(self.outgoing.direction)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.outgoing.received(self.unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.outgoing.pump()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.incoming.pump()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { self.outgoing.ended(.finished) }
    }

    /// The channel closes itself after an error.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.hasFailed = true
    }

    /// A socket that closes without an error after its output was ended has ended its own; every other one was reset.
    func channelInactive(context: ChannelHandlerContext) {
        self.outgoing.ended(self.hasFailed || !self.incoming.hasFinished ? .reset : .finished)
        self.incoming.abandon()
    }
}

@available(*, unavailable)
extension ProxiedEnd: Sendable {}
