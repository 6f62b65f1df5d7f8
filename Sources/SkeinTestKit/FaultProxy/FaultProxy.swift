public import NIOCore
import NIOPosix

/// A TCP proxy on the loopback interface that damages what it forwards, for tests of what happens when a network or
/// the process at its other end fails. Without faults it is transparent: ends and resets are passed on, order and
/// back-pressure hold, and a connection that finds no upstream is reset.
///
/// All its sockets live on one event loop; injecting a fault and healing are atomic with respect to the bytes. Bytes
/// are counted for each direction of each connection, from the injection of a fault on. Closing the proxy is up to
/// whoever started it.
public final class FaultProxy: Sendable {
    /// What each socket's receive buffer is asked to be, in bytes; small, so that a stalled sender soon notices.
    private static let receiveBuffer = 65536

    /// Where the proxy listens: 127.0.0.1 and a port that was free.
    public let address: SocketAddress
    private let listener: any Channel
    private let switchboard: NIOLoopBound<Switchboard>
    private let observedCounts: ObservedValue<Counts>

    private init(
        address: SocketAddress,
        listener: any Channel,
        switchboard: NIOLoopBound<Switchboard>,
        counts: ObservedValue<Counts>
    ) {
        self.address = address
        self.listener = listener
        self.switchboard = switchboard
        self.observedCounts = counts
    }

    /// Starts listening. The upstream need not be there yet: each connection looks for it anew. Equal seeds draw
    /// equal jitter. Throws what the system says.
    public static func start(
        upstream: SocketAddress,
        seed: UInt64 = 0,
        group: any EventLoopGroup
    ) async throws -> FaultProxy {
        let eventLoop = group.next()
        let counts = ObservedValue(Counts())
        let switchboard = try await eventLoop.submit {
            NIOLoopBound(Switchboard(upstream: upstream, seed: seed, counts: counts), eventLoop: eventLoop)
        }.get()
        let listener = try await ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_rcvbuf), value: Self.receiveBuffer)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try switchboard.value.accept(channel) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let address = listener.localAddress else { throw ChannelError.unknownLocalAddress }
        return FaultProxy(address: address, listener: listener, switchboard: switchboard, counts: counts)
    }

    /// Starts in front of a host that is looked up once, now; this may block. Throws also when the name is unknown.
    public static func start(
        upstreamHost: String,
        upstreamPort: Int,
        seed: UInt64 = 0,
        group: any EventLoopGroup
    ) async throws -> FaultProxy {
        let upstream = try SocketAddress.makeAddressResolvingHost(upstreamHost, port: upstreamPort)
        return try await Self.start(upstream: upstream, seed: seed, group: group)
    }

    /// Where the proxy listens on 127.0.0.1.
    public var port: Int { self.address.port ?? 0 }

    /// Stops listening and closes all connections; returns when every socket is closed. May be called again.
    public func close() async {
        try? await self.listener.close()
        try? await self.run { $0.close() }
        try? await self.allClosed()
    }

    // MARK: Faults

    /// Makes something go wrong, in each of the directions separately, once `bytes` more (at least 0) have passed in
    /// it: at once, or for those to come from their start, when that is 0. Bytes count as passed when they were
    /// forwarded or swallowed; those that are held back count when they leave. Throws when the event loop is shut
    /// down.
    public func inject(
        _ fault: Fault,
        on directions: [Direction] = Direction.allCases,
        into scope: Scope = .open,
        after bytes: Int = 0
    ) async throws {
        precondition(bytes >= 0, "a fault at offset \(bytes)")
        if case .dribble(let size) = fault { precondition(size > 0, "dribble(\(size))") }
        try await self.run { $0.inject(fault, on: directions, into: scope, after: bytes) }
    }

    /// Resets connections as soon as they are accepted: so many, or all until ``heal(on:)``. The client's `connect`
    /// succeeds; it sees the reset afterwards. Replaces the number that was set before. Throws when the event loop is
    /// shut down.
    public func refuse(next count: Int = .max) async throws {
        try await self.run { $0.refuse(next: max(0, count)) }
    }

    /// Returns to plain forwarding: sends on what was held back, forgets what has not struck yet, and accepts again.
    /// What has ended stays ended, and what was swallowed is lost. Throws when the event loop is shut down.
    public func heal(on directions: [Direction] = Direction.allCases) async throws {
        try await self.run { $0.heal(on: directions) }
    }

    // MARK: Observation

    /// What has happened so far.
    public var counts: Counts { self.observedCounts.value }

    /// Returns the first counts, present or later, that satisfy `isAwaited`. Throws `CancellationError` when the task
    /// is cancelled, as do the other functions that wait.
    @discardableResult
    public func wait(until isAwaited: @escaping @Sendable (Counts) -> Bool) async throws -> Counts {
        try await self.observedCounts.wait(until: isAwaited)
    }

    /// Returns when so many connections have been accepted since the start; refused ones do not count.
    public func connections(atLeast count: Int) async throws {
        try await self.wait { $0.connections >= count }
    }

    /// Returns when so many bytes have been forwarded in one direction since the start, summed over all connections.
    public func bytes(atLeast count: Int, _ direction: Direction) async throws {
        try await self.wait { $0[direction].forwarded >= count }
    }

    /// Returns when no connection has a socket open, on either side.
    public func allClosed() async throws {
        try await self.wait { $0.open == 0 }
    }

    private func run(_ body: @escaping @Sendable (Switchboard) -> Void) async throws {
        let switchboard = self.switchboard
        try await self.listener.eventLoop.submit { body(switchboard.value) }.get()
    }

    /// The options that the sockets to the upstream share with those of the clients.
    static func configure(_ bootstrap: ClientBootstrap) -> ClientBootstrap {
        bootstrap
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.socketOption(.so_rcvbuf), value: Self.receiveBuffer)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
    }
}
