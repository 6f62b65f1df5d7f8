import NIOCore
import NIOPosix
import SkeinTransport

/// A client of the JSON protocol over TCP, with as little code as the protocol allows: frames are masked with zeros,
/// and messages are short.
final class TestSession {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received = ByteBuffer()

    /// Connects as a user, runs `body`, and closes TCP.
    static func run(
        _ user: String,
        on harness: APIHarness,
        _ body: (TestSession) async throws -> Void
    ) async throws {
        let listener = try await harness.transport.listen(
            host: "127.0.0.1",
            port: 0,
            router: SessionRouter(),
            isLimited: true
        )
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(to: listener.address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            let session = TestSession(inbound, outbound)
            try await session.upgrade()
            try await session.send("{\"id\":1,\"connect\":{\"token\":\"\(user)\"}}")
            _ = try await session.nextMessage()
            try await body(session)
        }
        await listener.close()
    }

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Sends a text frame. Padded with spaces, so that one form of the length does for every text.
    func send(_ text: String) async throws {
        let text = text + String(repeating: " ", count: max(0, 126 - text.utf8.count))
        var frame = ByteBuffer()
        frame.writeInteger(UInt8(0x81))
        frame.writeInteger(UInt8(0x80 | 126))
        frame.writeInteger(UInt16(text.utf8.count))
        frame.writeInteger(UInt32(0))
        frame.writeString(text)
        try await self.outbound.write(frame)
    }

    /// The text of the next message, or `close <code> <reason>`.
    func nextMessage() async throws -> String {
        var header = try await self.take(2)
        let opcode = header.readInteger(as: UInt8.self) ?? 0
        var length = Int(header.readInteger(as: UInt8.self) ?? 0)
        if length == 126 {
            var extended = try await self.take(2)
            length = Int(extended.readInteger(as: UInt16.self) ?? 0)
        }
        var payload = try await self.take(length)
        guard opcode == 0x88 else { return String(buffer: payload) }
        let code = payload.readInteger(as: UInt16.self) ?? 0
        return "close \(code) \(String(buffer: payload))"
    }

    private func upgrade() async throws {
        let request =
            "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        try await self.outbound.write(ByteBuffer(string: request))
        var head = ""
        while !head.hasSuffix("\r\n\r\n") { head += String(buffer: try await self.take(1)) }
    }

    private func take(_ count: Int) async throws -> ByteBuffer {
        while self.received.readableBytes < count {
            guard var more = try await self.inbound.next(isolation: #isolation) else { throw Ended() }
            self.received.writeBuffer(&more)
        }
        return self.received.readSlice(length: count) ?? ByteBuffer()
    }

    struct Ended: Error {}
}
