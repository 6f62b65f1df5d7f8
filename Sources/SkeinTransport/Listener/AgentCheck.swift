import NIOCore
import NIOPosix

extension Transport {
    /// Listens for the agent checks of HAProxy; port 0 takes any free one. Each connection is told the state of the
    /// moment and closed. Throws what the system says.
    ///
    /// `state` is called once for each connection, on an event loop that sessions live on: it must not block. At most
    /// 64 connections are open at once, each for at most a second, and none counts against the limits of clients.
    public func listenForAgentChecks(
        host: String,
        port: Int,
        state: @escaping @Sendable () -> AgentState
    ) async throws -> Listener {
        try await self.listenForAgentChecks(host: host, port: port, limits: AgentCheckLimits(), state: state)
    }

    func listenForAgentChecks(
        host: String,
        port: Int,
        limits: AgentCheckLimits,
        state: @escaping @Sendable () -> AgentState
    ) async throws -> Listener {
        let metrics = self.node.metrics
        let gate = ConnectionGate(limit: limits.connections)
        let bootstrap = ServerBootstrap(group: self.group, childGroup: self.group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(metrics: metrics))
                }
            }
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256))
            .childChannelInitializer { channel in
                let isAdmitted = gate.enter(counts: true)
                channel.closeFuture.whenComplete { _ in gate.leave(counts: true) }
                return channel.eventLoop.makeCompletedFuture {
                    let line = isAdmitted ? state().line : nil
                    let handler = AgentCheckHandler(line: line, deadline: limits.deadline)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        let channel = try await bootstrap.bind(host: host, port: port).get()
        guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
        return Listener(channel: channel, address: address)
    }
}
