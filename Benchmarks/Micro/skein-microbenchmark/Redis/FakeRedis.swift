import NIOCore
import NIOPosix

/// A stand-in for Redis that knows what the engine asks when it connects, PUBLISH and SUBSCRIBE, and sends messages when told to.
final class FakeRedis: Sendable {
    /// On 127.0.0.1.
    let port: Int
    private let eventLoop: any EventLoop
    private let subscription: NIOLoopBoundBox<FakeRedisHandler.Subscription?>

    private init(port: Int, eventLoop: any EventLoop, subscription: NIOLoopBoundBox<FakeRedisHandler.Subscription?>) {
        self.port = port
        self.eventLoop = eventLoop
        self.subscription = subscription
    }

    static func start(on eventLoop: any EventLoop) async throws -> FakeRedis {
        let subscription = NIOLoopBoundBox<FakeRedisHandler.Subscription?>.makeEmptyBox(eventLoop: eventLoop)
        let bootstrap = ServerBootstrap(group: eventLoop)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FakeRedisHandler(subscription))
                }
            }
        let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        return FakeRedis(port: channel.localAddress?.port ?? 0, eventLoop: eventLoop, subscription: subscription)
    }

    /// Sends the message so many times to the channel that was subscribed to last.
    func push(_ payload: ByteBuffer, count: Int) {
        self.eventLoop.execute {
            guard let (channel, name) = self.subscription.value else { return }
            var message = ByteBuffer(string: "*3\r\n$7\r\nmessage\r\n$\(name.utf8.count)\r\n\(name)\r\n")
            message.writeString("$\(payload.readableBytes)\r\n")
            message.writeImmutableBuffer(payload)
            message.writeString("\r\n")
            let block = ByteBuffer(bytes: repeatElement(message.readableBytesView, count: Self.block).joined())
            for _ in 0..<(count / Self.block) { channel.write(block, promise: nil) }
            for _ in 0..<(count % Self.block) { channel.write(message, promise: nil) }
            channel.flush()
        }
    }

    private static let block = 256
}

/// One connection of the stand-in.
final class FakeRedisHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Subscription = (channel: any Channel, name: String)

    private let subscription: NIOLoopBoundBox<Subscription?>
    private var input = ByteBuffer()

    init(_ subscription: NIOLoopBoundBox<Subscription?>) {
        self.subscription = subscription
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.input.writeBuffer(&bytes)
        var output = ByteBuffer()
        while let words = self.nextCommand() { output.writeString(self.answer(words, context)) }
        self.input.discardReadBytes()
        if output.readableBytes > 0 { context.writeAndFlush(self.wrapOutboundOut(output), promise: nil) }
    }

    private func answer(_ words: [String], _ context: ChannelHandlerContext) -> String {
        switch words[0] {
        case "CLIENT": return "+OK\r\n"
        case "ROLE": return "*1\r\n$6\r\nmaster\r\n"
        case "FUNCTION": return "$5\r\nskein\r\n"
        case "INFO":
            let info = "role:master\r\nmaster_replid:0123456789abcdef\r\n"
            return "$\(info.utf8.count)\r\n\(info)\r\n"
        case "SUBSCRIBE":
            self.subscription.value = (context.channel, words[words.count - 1])
            return words.dropFirst().map { "*3\r\n$9\r\nsubscribe\r\n$\($0.utf8.count)\r\n\($0)\r\n:1\r\n" }.joined()
        default: return ":1\r\n"
        }
    }

    /// An array of bulk strings; nil until it is whole.
    private func nextCommand() -> [String]? {
        let start = self.input.readerIndex
        guard let count = self.readNumber(after: "*") else { return nil }
        var words: [String] = []
        for _ in 0..<count {
            guard let size = self.readNumber(after: "$"), self.input.readableBytes >= size + 2 else {
                self.input.moveReaderIndex(to: start)
                return nil
            }
            words.append(self.input.readBytes(length: size).map { String(decoding: $0, as: UTF8.self) } ?? "")
            self.input.moveReaderIndex(forwardBy: 2)
        }
        return words
    }

    private func readNumber(after mark: Unicode.Scalar) -> Int? {
        let view = self.input.readableBytesView
        guard let end = view.firstIndex(of: 0x0D), view.endIndex - end >= 2, view.first == UInt8(ascii: mark) else {
            return nil
        }
        let number = Int(String(decoding: view[(view.startIndex + 1)..<end], as: UTF8.self))
        self.input.moveReaderIndex(to: end + 2)
        return number
    }
}
