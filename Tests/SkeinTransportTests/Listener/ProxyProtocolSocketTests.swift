import NIOCore
import NIOPosix
import Testing

@testable import SkeinTransport

/// The handler on real sockets, where reading has to be kept going.
@Suite(.timeLimit(.minutes(1)))
struct ProxyProtocolSocketTests {
    private static let header = "PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n"

    @Test func `a header that dribbles is taken, and reading goes on behind it`() async throws {
        try await Self.run(trusted: ["127.0.0.0/8"]) { address in
            let asker = try await Asker(address)
            for byte in Self.header.utf8 { try await asker.say([byte]) }
            for byte in "hello".utf8 { try await asker.say([byte]) }
            try await asker.say(".".utf8)
            let answer = try await asker.wholeAnswer()
            #expect(answer == "2001:db8::7 56324 hello.")
            await asker.close()
        }
    }

    @Test func `bytes in the packet of the header are not lost`() async throws {
        try await Self.run(trusted: ["127.0.0.1"]) { address in
            let asker = try await Asker(address)
            let rest = String(repeating: "x", count: 5000)
            try await asker.say("\(Self.header)\(rest).".utf8)
            let answer = try await asker.wholeAnswer()
            #expect(answer == "2001:db8::7 56324 \(rest).")
            await asker.close()
        }
    }

    @Test func `a peer that is not trusted hears nothing`() async throws {
        try await Self.run(trusted: ["10.0.0.0/8", "::/0"]) { address in
            let asker = try await Asker(address)
            let answer = try await asker.wholeAnswer()
            #expect(answer == "")
            await asker.close()
        }
    }

    @Test func `a client without a proxy hears nothing`() async throws {
        try await Self.run(trusted: ["127.0.0.1"]) { address in
            let asker = try await Asker(address)
            try await asker.say("G".utf8)
            let answer = try? await asker.wholeAnswer()
            #expect((answer ?? "") == "")
            await asker.close()
        }
    }

    private static func run(trusted: [String], _ body: (SocketAddress) async throws -> Void) async throws {
        let settings = ProxyProtocolSettings(trusted: try TrustedNetworks(trusted), deadline: .seconds(60)) { _ in }
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ProxyProtocolHandler(settings: settings))
                    try channel.pipeline.syncOperations.addHandler(Server())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let address = listener.localAddress else { throw ChannelError.unknownLocalAddress }
        do {
            try await body(address)
        } catch {
            try? await listener.close()
            throw error
        }
        try await listener.close()
    }

    /// Says who the client is, repeats what it says, and closes at the first full stop.
    private final class Server: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private var client = ""

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let client = event as? ClientAddress { self.client = "\(client.address) \(client.port) " }
        }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: self.client)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = self.unwrapInboundIn(data)
            context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
            if bytes.readableBytesView.last == UInt8(ascii: ".") { context.close(promise: nil) }
        }
    }
}
