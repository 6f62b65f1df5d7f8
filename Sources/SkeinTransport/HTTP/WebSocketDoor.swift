import NIOCore
import NIOHTTP1
import SkeinCore
import SkeinWire

/// The first handler of a connection: lets a plain handshake in at once, and makes everybody else speak HTTP.
///
/// Nearly all connections begin with a handshake that arrives whole and is accepted. Such a one is answered from its bytes, without an
/// HTTP parser that would be built for one request and taken apart again: that was a third of what a handshake cost. Nothing is
/// refused here. Whatever is not let in goes to a ``FrontDoor`` as it came, so there is one place that says no. Confined to its
/// event loop.
final class WebSocketDoor: ChannelInboundHandler, RemovableChannelHandler, Timed {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reception: Reception
    private var loop: LoopContext { self.reception.loop }
    private var context: ChannelHandlerContext?
    /// Who a proxy says the client is.
    private var client: ClientAddress?
    var timerPlace: TimerPlace?

    /// When the first request has to be there, whoever reads it.
    private let deadline: MonotonicInstant

    init(reception: Reception, deadline: MonotonicInstant) {
        self.reception = reception
        self.deadline = deadline
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.loop.timers.arm(self, at: self.deadline)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.loop.timers.disarm(self)
        self.context = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let client = event as? ClientAddress { self.client = client }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.loop.timers.disarm(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.loop.refreshNow()
        var bytes = self.unwrapInboundIn(data)
        if let welcome = self.reception.welcome(&bytes) {
            self.letIn(welcome, context)
        } else {
            _ = self.speakHTTP(context)
        }
        if bytes.readableBytes > 0 { context.fireChannelRead(self.wrapInboundOut(bytes)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func deadlineReached() {
        guard let context = self.context, let door = self.speakHTTP(context) else { return }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        door.deadlineReached()
    }

    func serverStops(code: DisconnectCode) {
        self.context?.close(promise: nil)
    }

    private func letIn(_ welcome: Reception.Welcome, _ context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(welcome.response), promise: nil)
        do {
            try HTTPPipeline.append(welcome.speaker.handler, to: context.channel)
        } catch {
            context.close(promise: nil)
        }
    }

    private func speakHTTP(_ context: ChannelHandlerContext) -> FrontDoor? {
        let door = FrontDoor(reception: self.reception, client: self.client, deadline: self.deadline)
        do {
            try HTTPPipeline.configure(context.channel, door: door)
            return door
        } catch {
            context.close(promise: nil)
            return nil
        }
    }
}

@available(*, unavailable)
extension WebSocketDoor: Sendable {}
