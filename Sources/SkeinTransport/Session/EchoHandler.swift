import NIOCore
import SkeinCore
import SkeinWire

/// Sends every message back, for conformance suites: the WebSocket layer without the client protocol. Confined to its event loop.
final class EchoHandler: ChannelInboundHandler, RemovableChannelHandler, Timed {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let loop: LoopContext
    private var decoder: FrameDecoder
    private var closing = CloseHandshake()
    private var context: ChannelHandlerContext?
    var timerPlace: TimerPlace?

    init(loop: LoopContext, messageSize: Int) {
        self.loop = loop
        self.decoder = FrameDecoder(limits: FrameLimits(maximumMessageSize: messageSize, maximumFragments: .max))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.loop.timers.disarm(self)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.loop.timers.disarm(self)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.closing.state == .open else { return }
        self.decoder.append(self.unwrapInboundIn(data))
        while self.closing.state == .open, let event = self.decoder.next() {
            switch event {
            case .text(let message): self.write(.text, message, context: context)
            case .binary(let message): self.write(.binary, message, context: context)
            case .ping(let payload): self.write(.pong, payload, context: context)
            case .pong: break
            case .close(let code): self.end(self.closing.receivedClose(), code, context: context)
            case .failure(let error):
                self.loop.node.metrics.protocolError(error.kind.rawValue)
                self.end(self.closing.fail(), error.closeCode, context: context)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func deadlineReached() {
        self.context?.close(promise: nil)
    }

    func serverStops(code: DisconnectCode) {
        self.context?.close(promise: nil)
    }

    private func write(_ opcode: FrameOpcode, _ payload: ByteBuffer, context: ChannelHandlerContext) {
        var header = context.channel.allocator.buffer(capacity: FrameEncoder.maximumHeaderLength)
        FrameEncoder.writeHeader(opcode, payloadLength: payload.readableBytes, into: &header)
        context.write(self.wrapOutboundOut(header), promise: nil)
        context.write(self.wrapOutboundOut(payload), promise: nil)
    }

    private func end(_ action: CloseHandshake.Action, _ code: DisconnectCode?, context: ChannelHandlerContext) {
        guard action == .sendCloseAndEnd else { return }
        let frame = FrameEncoder.closeFrame(code, allocator: context.channel.allocator)
        context.writeAndFlush(self.wrapOutboundOut(frame), promise: nil)
        context.close(mode: .output, promise: nil)
        self.loop.refreshNow()
        self.loop.timers.arm(self, at: self.loop.now + self.loop.policy.limits.closeTimeout)
    }
}

@available(*, unavailable)
extension EchoHandler: Sendable {}
