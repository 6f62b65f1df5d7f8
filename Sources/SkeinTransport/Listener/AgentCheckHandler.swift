import NIOCore

/// Tells one line and ends the connection. Confined to its event loop.
///
/// Ends its own side first and waits a moment for the other one, because closing a socket with unread bytes resets it,
/// and the line could be lost: `agent-send` makes HAProxy send some.
final class AgentCheckHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let line: String?
    private let deadline: Duration
    private var alarm: Scheduled<Void>?

    /// Without a line the connection is one too many, and just ends.
    init(line: String?, deadline: Duration) {
        self.line = line
        self.deadline = deadline
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let line = self.line else { return context.close(promise: nil) }
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: line)), promise: nil)
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        self.alarm = context.eventLoop.scheduleTask(in: TimeAmount(self.deadline)) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func channelInactive(context: ChannelHandlerContext) {
        self.alarm?.cancel()
        self.alarm = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension AgentCheckHandler: Sendable {}
