import NIOCore
import NIOPosix

/// A client that says something, listens, and hears the end of the stream without ending its own side.
final class Asker: Sendable {
    private let channel: any Channel
    private let answer: EventLoopFuture<String>

    /// Connects, and sends this many bytes.
    init(_ address: SocketAddress, sending count: Int = 0) async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        let answer = eventLoop.makePromise(of: String.self)
        self.answer = answer.futureResult
        self.channel = try await ClientBootstrap(group: eventLoop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(count: count, answer: answer))
                }
            }
            .connect(to: address).get()
    }

    /// Connects, takes all that comes, and closes.
    static func ask(_ address: SocketAddress, sending count: Int = 0) async throws -> String {
        let asker = try await Asker(address, sending: count)
        let answer = try await asker.wholeAnswer()
        await asker.close()
        return answer
    }

    /// Sends bytes, in a packet of their own.
    func say(_ bytes: some Collection<UInt8>) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Everything up to the end of the stream.
    func wholeAnswer() async throws -> String {
        try await self.answer.get()
    }

    func close() async {
        try? await self.channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let count: Int
        private let answer: EventLoopPromise<String>
        private var received = ByteBuffer()

        init(count: Int, answer: EventLoopPromise<String>) {
            self.count = count
            self.answer = answer
        }

        func channelActive(context: ChannelHandlerContext) {
            let bytes = ByteBuffer(repeating: 0x61, count: self.count)
            if self.count > 0 { context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil) }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.received.writeImmutableBuffer(self.unwrapInboundIn(data))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { self.answer.succeed(String(buffer: self.received)) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.answer.succeed(String(buffer: self.received))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            self.answer.fail(error)
            context.close(promise: nil)
        }
    }
}
