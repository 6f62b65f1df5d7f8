import Glibc
import NIOCore
import NIOPosix

/// The other end of a connection: reads nothing until it is told to.
final class ReluctantPeer: Sendable {
    private let channel: any Channel
    private let collector: NIOLoopBound<Collector>

    private init(channel: any Channel, collector: NIOLoopBound<Collector>) {
        self.channel = channel
        self.collector = collector
    }

    /// Connects with a small receive buffer.
    static func connect(to address: SocketAddress, on group: any EventLoopGroup) async throws -> ReluctantPeer {
        let eventLoop = group.next()
        let collector = try await eventLoop.submit { NIOLoopBound(Collector(), eventLoop: eventLoop) }.get()
        let channel = try await ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 8192)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(collector.value)
                }
            }
            .connect(to: address).get()
        return ReluctantPeer(channel: channel, collector: collector)
    }

    /// Sends bytes, in a packet of their own.
    func say(_ bytes: ByteBuffer) async throws {
        try await self.channel.writeAndFlush(bytes)
    }

    /// Whether it reads from now on.
    func setReading(_ isReading: Bool) async throws {
        try await self.channel.setOption(.autoRead, value: isReading).get()
    }

    /// Ends the connection with a reset, as a client that crashes.
    func reset() async throws {
        let options = self.channel as? any SocketOptionProvider
        try await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await self.channel.close()
    }

    /// Reads from now on, and returns as soon as this many bytes have come since the beginning, or the end has.
    func read(upTo count: Int) async throws -> [UInt8] {
        let reached = self.channel.eventLoop.makePromise(of: [UInt8].self)
        self.channel.eventLoop.execute {
            self.collector.value.wait(for: count, then: reached)
            _ = self.channel.setOption(.autoRead, value: true)
        }
        return try await reached.futureResult.get()
    }

    /// Reads to the end of the stream.
    func readToEnd() async throws -> [UInt8] {
        try await self.read(upTo: .max)
    }

    func close() async throws {
        try await self.channel.close()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private var received: [UInt8] = []
        private var hasEnded = false
        private var waiting: (count: Int, promise: EventLoopPromise<[UInt8]>)?

        func wait(for count: Int, then promise: EventLoopPromise<[UInt8]>) {
            self.waiting = (count, promise)
            self.check()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.received += self.unwrapInboundIn(data).readableBytesView
            self.check()
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.hasEnded = true
            self.check()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func check() {
            guard let (count, promise) = self.waiting, self.hasEnded || self.received.count >= count else { return }
            self.waiting = nil
            promise.succeed(self.received)
        }
    }
}
