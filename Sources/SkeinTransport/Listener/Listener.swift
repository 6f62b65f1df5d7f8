public import NIOCore
import NIOHTTP1
import NIOPosix
import SkeinCore

/// A TCP port that is listened on, and the connections that it has accepted.
public struct Listener: Sendable {
    /// Where it listens; with the real port when it was asked for any.
    public let address: SocketAddress
    private let channel: any Channel
    /// Who accepts, where the channel itself does not.
    private let acceptor: NIOLoopBound<Acceptor>?

    /// Stops accepting; connections stay.
    public func close() async {
        if let acceptor = self.acceptor {
            try? await self.channel.eventLoop.submit { acceptor.value.close() }.get()
        }
        try? await self.channel.close()
    }

    init(channel: any Channel, address: SocketAddress, acceptor: NIOLoopBound<Acceptor>? = nil) {
        self.channel = channel
        self.address = address
        self.acceptor = acceptor
    }
}

extension Transport {
    /// Ends connections whose peer has vanished while bytes wait for it, in milliseconds.
    private static let userTimeout = 10_000

    /// Listens on an address; port 0 takes any free one. `router` knows what the listener serves. Throws what the system says.
    /// Connections of a listener that `isLimited` count against the node's limit; operators get in when clients do not. With
    /// `proxies` every connection has to begin with a PROXY protocol header from one of them.
    public func listen(
        host: String,
        port: Int,
        router: any HTTPRouter,
        isLimited: Bool,
        proxies: TrustedNetworks? = nil
    ) async throws -> Listener {
        let metrics = self.node.metrics
        let proxySettings = proxies.map { trusted in
            ProxyProtocolSettings(trusted: trusted) { metrics.proxyRejected($0.label) }
        }
        let eventLoop = self.group.next()
        // Operators speak HTTP, which is for channels.
        let takesSockets = isLimited && proxies == nil
        let destinations = takesSockets ? await self.destinations(router: router, first: eventLoop) : []
        let bootstrap = ServerBootstrap(group: eventLoop, childGroup: self.group)
            .serverChannelOption(.autoRead, value: destinations.isEmpty)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Accepted sockets inherit it (tcp(7), TCP_USER_TIMEOUT), which saves a call for each of them.
            .serverChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: 18)), value: .init(Self.userTimeout))
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(metrics: metrics))
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try HTTPPipeline.prepare(channel)
                    if let proxySettings {
                        let handler = ProxyProtocolHandler(settings: proxySettings)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try self.accept(channel, router: router, isLimited: isLimited)
                }
            }
        let channel = try await bootstrap.bind(host: host, port: port).get()
        guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
        guard !destinations.isEmpty else { return Listener(channel: channel, address: address) }
        do {
            let acceptor = try await eventLoop.submit { try self.makeAcceptor(on: channel, destinations) }.get()
            return Listener(channel: channel, address: address, acceptor: acceptor)
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private func accept(_ channel: any Channel, router: any HTTPRouter, isLimited: Bool) throws {
        channel.closeFuture.whenComplete { _ in self.left(isLimited: isLimited) }
        guard self.enter(isLimited: isLimited) else { return try self.refuse(channel) }
        let loop = self.loop(of: channel.eventLoop)
        loop.refreshNow()
        let reception = Reception(loop: loop, router: router, origins: self.currentOrigins)
        let deadline = loop.now + loop.policy.limits.handshakeTimeout
        try channel.pipeline.syncOperations.addHandler(WebSocketDoor(reception: reception, deadline: deadline))
    }

    /// Counts a connection that has been accepted; whether it may stay. Each call, whatever its answer, needs its ``left(isLimited:)``.
    func enter(isLimited: Bool) -> Bool {
        self.node.metrics.connectionAccepted()
        self.node.metrics.connectionOpened()
        return self.gate.enter(counts: isLimited)
    }

    /// A connection has ended.
    func left(isLimited: Bool) {
        self.gate.leave(counts: isLimited)
        self.node.metrics.connectionClosed()
    }

    /// A client that is told to come back later does; one whose connection just ends comes back at once.
    func refuse(_ channel: any Channel) throws {
        self.node.metrics.connectionRefused()
        let body = "This node has as many connections as it takes.\n"
        let seconds = Int.random(in: 1...10)
        let response = """
            HTTP/1.1 503 Service Unavailable\r\nretry-after: \(seconds)\r\nconnection: close\r\n\
            content-type: text/plain; charset=utf-8\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)
            """
        try channel.pipeline.syncOperations.addHandler(RefusedConnection(response: ByteBuffer(string: response)))
    }
}

/// Sends one response and ends the connection.
private final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let response: ByteBuffer

    init(response: ByteBuffer) {
        self.response = response
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(self.response), promise: nil)
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
