import NIOCore
import NIOPosix
import SkeinTestKit

/// A server and a proxy in front of it; all sockets on one event loop, so that the loop looks at every one of them
/// between two turns of the proxy.
struct ProxyRig {
    let server: PeerServer
    let proxy: FaultProxy
    let group: MultiThreadedEventLoopGroup

    /// Gives it to `body` and shuts it down.
    static func with(echoes: Bool = false, seed: UInt64 = 0, _ body: (ProxyRig) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let server = try await PeerServer.start(on: group, echoes: echoes)
            let proxy = try await FaultProxy.start(upstream: server.address, seed: seed, group: group)
            try await body(ProxyRig(server: server, proxy: proxy, group: group))
            await proxy.close()
            await server.close()
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    /// A client at the proxy, whatever becomes of it.
    func dial(reads: Bool = true, on group: (any EventLoopGroup)? = nil) async throws -> Peer {
        try await Peer.connect(to: self.proxy.address, on: group ?? self.group, reads: reads)
    }

    /// A connection through the proxy, both ends of it. One after the other, not many at once.
    func connect(reads: Bool = true) async throws -> (client: Peer, server: Peer) {
        let number = self.server.accepted.count
        let client = try await self.dial(reads: reads)
        return (client, try await self.server.peer(number))
    }
}
