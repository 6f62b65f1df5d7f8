import NIOCore
import NIOPosix
import SkeinCore

/// The way of clients' connections from one listener onto one event loop. Confined to it.
///
/// Counts who comes and goes. A client that is let in at once stays a ``PlainSocket``; everybody else gets a NIO channel.
final class Doorway {
    let reception: Reception
    let sockets: SocketSet
    private let transport: Transport

    init(reception: Reception, sockets: SocketSet, transport: Transport) {
        self.reception = reception
        self.sockets = sockets
        self.transport = transport
    }

    var loop: LoopContext { self.reception.loop }

    /// Takes over the descriptor of a connection that has just been accepted. When the loop is about to end, nobody would tell this
    /// one.
    func enter(_ descriptor: CInt) {
        guard !self.loop.isStopping else { return systemClose(descriptor) }
        guard self.transport.enter(isLimited: true) else {
            return self.makeChannel(descriptor) { [transport] channel in try transport.refuse(channel) }
        }
        self.loop.refreshNow()
        do {
            let deadline = self.loop.now + self.loop.policy.limits.handshakeTimeout
            _ = try PlainSocket(descriptor, at: self, deadline: deadline)
        } catch {
            systemClose(descriptor)
            self.left()
        }
    }

    /// A connection that had entered has ended.
    func left() {
        self.transport.left(isLimited: true)
    }

    /// Makes a connection a channel, whose first handler gets the bytes that have been read already. The first request has to be
    /// there at `deadline`.
    func handOver(_ descriptor: CInt, bytes: ByteBuffer, deadline: MonotonicInstant) {
        let door = NIOLoopBound(
            WebSocketDoor(reception: self.reception, deadline: deadline),
            eventLoop: self.loop.eventLoop
        )
        self.makeChannel(descriptor, firstBytes: bytes) { channel in
            try HTTPPipeline.prepare(channel)
            try channel.pipeline.syncOperations.addHandler(door.value)
        }
    }

    private func makeChannel(
        _ descriptor: CInt,
        firstBytes: ByteBuffer = ByteBuffer(),
        initializer: @escaping @Sendable (any Channel) throws -> Void
    ) {
        let made = ClientBootstrap(group: self.loop.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try initializer(channel) }
            }
            .withConnectedSocket(descriptor)
        made.assumeIsolated().whenComplete { result in
            guard case .success(let channel) = result else { return self.left() }
            channel.closeFuture.assumeIsolated().whenComplete { _ in self.left() }
            guard firstBytes.readableBytes > 0 else { return }
            channel.pipeline.fireChannelRead(firstBytes)
            channel.pipeline.fireChannelReadComplete()
        }
    }
}

@available(*, unavailable)
extension Doorway: Sendable {}
