import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit

@testable import SkeinTransport

/// The write path of a real TCP connection, with small kernel buffers, and the peer at its other end.
struct LoopbackSocket: Sendable {
    let channel: any Channel
    let peer: ReluctantPeer
    let metrics: CountingMetrics
    let pool: NIOLoopBound<BufferPool>
    private let socket: NIOLoopBound<OutboundSocket>

    /// Opens a connection, gives it to `body`, and closes it.
    static func with(_ body: (LoopbackSocket) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let accepted = group.any().makePromise(of: (any Channel).self)
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.socketOption(.so_sndbuf), value: 8192)
            .childChannelInitializer { channel in
                accepted.succeed(channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let address = listener.localAddress else { throw ChannelError.unknownLocalAddress }
        let peer = try await ReluctantPeer.connect(to: address, on: group)
        let channel = try await accepted.futureResult.get()
        try await listener.close()
        let metrics = CountingMetrics()
        let transportMetrics = TransportMetrics(factory: metrics)
        let clock = ManualClock().clock
        let pool = try await channel.eventLoop.submit { NIOLoopBound(BufferPool(), eventLoop: channel.eventLoop) }.get()
        let socket = try await channel.eventLoop.submit {
            NIOLoopBound(
                OutboundSocket(
                    connection: ChannelConnection(channel),
                    pool: pool.value,
                    metrics: transportMetrics,
                    clock: clock.now
                ),
                eventLoop: channel.eventLoop
            )
        }.get()
        let loopback = LoopbackSocket(channel: channel, peer: peer, metrics: metrics, pool: pool, socket: socket)
        do {
            try await body(loopback)
        } catch {
            try? await channel.close()
            try? await peer.close()
            throw error
        }
        try? await channel.close()
        try? await peer.close()
    }

    /// Does something on the connection's loop, in one turn.
    func run<Value: Sendable>(_ body: @escaping @Sendable (OutboundSocket) throws -> Value) async throws -> Value {
        try await self.channel.eventLoop.submit { try body(self.socket.value) }.get()
    }
}
