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

    init(reception: Reception) {
        self.reception = reception
        self.deadline = reception.loop.now + reception.loop.policy.limits.handshakeTimeout
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
        if let welcome = self.welcome(&bytes) {
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

    /// Takes a handshake that is let in from `bytes`; nil, and nothing taken, for everything else.
    private func welcome(_ bytes: inout ByteBuffer) -> Reception.Welcome? {
        guard let plain = bytes.withUnsafeReadableBytes({ HandshakeHead($0) }) else { return nil }
        let request = HandshakeRequest(method: "GET", headers: plain.headers)
        let headers = HTTPHeaders(plain.headers.map { ($0.name, $0.value) })
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: plain.target, headers: headers)
        let route = self.reception.router.route(.GET, String(head.path))
        switch route {
        case .session, .echo: break
        case .function, .methodNotAllowed, .notFound: return nil
        }
        guard case .accept(let acceptance) = self.reception.judge(request), self.loop.admitsAtOnce() else { return nil }
        bytes.moveReaderIndex(forwardBy: plain.length)
        return self.reception.welcome(head, route, acceptance)
    }

    private func letIn(_ welcome: Reception.Welcome, _ context: ChannelHandlerContext) {
        var response = context.channel.allocator.buffer(capacity: 256)
        response.writeStaticString("HTTP/1.1 101 Switching Protocols\r\n")
        for header in welcome.headers { response.writeString("\(header.name): \(header.value)\r\n") }
        response.writeStaticString("\r\n")
        context.writeAndFlush(self.wrapOutboundOut(response), promise: nil)
        do {
            try HTTPPipeline.append(welcome.handler, to: context.channel)
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
