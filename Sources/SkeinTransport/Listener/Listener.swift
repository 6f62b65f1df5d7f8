public import NIOCore
import NIOHTTP1
import NIOPosix
import SkeinCore

/// A TCP port that is listened on, and the connections that it has accepted.
public struct Listener: Sendable {
    /// Where it listens; with the real port when it was asked for any.
    public let address: SocketAddress
    private let channel: any Channel

    /// Stops accepting; connections stay.
    public func close() async {
        try? await self.channel.close()
    }

    init(channel: any Channel, address: SocketAddress) {
        self.channel = channel
        self.address = address
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
        let bootstrap = ServerBootstrap(group: self.group, childGroup: self.group)
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
                    // Options of the bootstrap would be cast and chained for each connection.
                    try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
                    try channel.syncOptions?.setOption(.recvAllocator, value: HTTPPipeline.receiveBuffers)
                    if let proxySettings {
                        let handler = ProxyProtocolHandler(settings: proxySettings)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try self.accept(channel, router: router, isLimited: isLimited)
                }
            }
        let channel = try await bootstrap.bind(host: host, port: port).get()
        guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
        return Listener(channel: channel, address: address)
    }

    private func accept(_ channel: any Channel, router: any HTTPRouter, isLimited: Bool) throws {
        let node = self.node
        let gate = self.gate
        node.metrics.connectionAccepted()
        node.metrics.connectionOpened()
        let isAdmitted = gate.enter(counts: isLimited)
        channel.closeFuture.whenComplete { _ in
            gate.leave(counts: isLimited)
            node.metrics.connectionClosed()
        }
        guard isAdmitted else { return try self.refuse(channel) }
        let loop = self.loop(of: channel.eventLoop)
        loop.refreshNow()
        let reception = Reception(loop: loop, router: router, origins: self.currentOrigins)
        try channel.pipeline.syncOperations.addHandler(WebSocketDoor(reception: reception))
    }

    /// A client that is told to come back later does; one whose connection just ends comes back at once.
    private func refuse(_ channel: any Channel) throws {
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
