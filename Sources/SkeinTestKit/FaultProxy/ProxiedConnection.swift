import Glibc
import NIOCore
import NIOPosix

/// A client's connection and the one to the upstream that belongs to it. Confined to its event loop.
///
/// The sockets keep everything that it consists of alive until both are closed.
final class ProxiedConnection {
    private let client: any Channel
    private var server: (any Channel)?
    private let upstream: SocketAddress
    private let closed: () -> Void
    private var openSockets = 0
    /// Whether both sockets have been told to end, so that what happens on them is no news for the other one.
    private var hasEnded = false
    private var relays: [FaultRelay] = []

    /// Makes the two directions and installs them in the client's channel, which is not active yet. Calls `closed`
    /// when no socket is left.
    init(
        client: any Channel,
        upstream: SocketAddress,
        seed: UInt64,
        counts: ObservedValue<FaultProxy.Counts>,
        closed: @escaping () -> Void
    ) throws {
        self.client = client
        self.upstream = upstream
        self.closed = closed
        self.relays = [
            FaultRelay(.toServer, seed: seed, connection: self, counts: counts),
            FaultRelay(.toClient, seed: ~seed, connection: self, counts: counts),
        ]
        try self.install(in: client, outgoing: self.relays[0], incoming: self.relays[1])
    }

    /// A fault at the very start of a connection waits until there is a socket that it can strike.
    func inject(_ fault: FaultProxy.Fault, on direction: FaultProxy.Direction, after bytes: Int) {
        for relay in self.relays where relay.direction == direction {
            relay.lane.inject(fault, after: bytes)
            if self.client.isActive { relay.pump() }
        }
    }

    func heal(on directions: [FaultProxy.Direction]) {
        for relay in self.relays where directions.contains(relay.direction) {
            relay.lane.heal()
            relay.pump()
        }
    }

    /// A socket is connected: the client's, which calls for the other one, or the upstream's, which lets bytes flow.
    func becameActive(_ direction: FaultProxy.Direction) {
        for relay in self.relays { relay.pump() }
        if direction == .toServer, !self.hasEnded { self.connect() }
    }

    /// Ends both streams after what was written; see ``FaultProxy/Fault/cut``.
    func cut() {
        guard !self.hasEnded else { return }
        self.hasEnded = true
        for relay in self.relays {
            relay.finish()
            relay.abandon()
        }
        if self.server?.isActive != true { self.server?.close(promise: nil) }
    }

    /// Closes both sockets in a way that makes the kernel send resets and forget what it has not sent.
    func reset() {
        guard !self.hasEnded else { return }
        self.hasEnded = true
        for channel in [self.client, self.server].compactMap({ $0 }) { Self.reset(channel) }
        for relay in self.relays { relay.abandon() }
    }

    /// Closes both sockets, whatever they are waiting for.
    func close() {
        self.hasEnded = true
        self.client.close(promise: nil)
        self.server?.close(promise: nil)
        for relay in self.relays { relay.abandon() }
    }

    /// Closes a socket so that its peer sees a reset.
    static func reset(_ channel: any Channel) {
        _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        channel.close(promise: nil)
    }

    private func connect() {
        let bound = NIOLoopBound(self, eventLoop: self.client.eventLoop)
        FaultProxy.configure(ClientBootstrap(group: self.client.eventLoop))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try bound.value.connecting(channel) }
            }
            .connect(to: self.upstream)
            .assumeIsolated().whenFailure { _ in self.reset() }
    }

    private func connecting(_ server: any Channel) throws {
        self.server = server
        try self.install(in: server, outgoing: self.relays[1], incoming: self.relays[0])
    }

    private func install(in channel: any Channel, outgoing: FaultRelay, incoming: FaultRelay) throws {
        self.openSockets += 1
        channel.closeFuture.assumeIsolated().whenComplete { _ in
            self.openSockets -= 1
            if self.openSockets == 0 { self.closed() }
        }
        let end = ProxiedEnd(connection: self, outgoing: outgoing, incoming: incoming)
        try channel.pipeline.syncOperations.addHandler(end)
    }
}

@available(*, unavailable)
extension ProxiedConnection: Sendable {}
