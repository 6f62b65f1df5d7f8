import NIOCore
import NIOPosix

@testable import SkeinTestKit

/// A server that does nothing but accept, and echo if it is asked to.
struct PeerServer: Sendable {
    let address: SocketAddress
    private let listener: any Channel
    private let peers: ObservedValue<[Peer]>

    static func start(on group: any EventLoopGroup, echoes: Bool) async throws -> PeerServer {
        let peers = ObservedValue<[Peer]>([])
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let peer = try Peer.accepted(channel, echoes: echoes)
                    peers.update { $0.append(peer) }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let address = listener.localAddress else { throw ChannelError.unknownLocalAddress }
        return PeerServer(address: address, listener: listener, peers: peers)
    }

    var accepted: [Peer] { self.peers.value }

    /// Waits for the connection with this number, from 0 on.
    func peer(_ number: Int) async throws -> Peer {
        try await self.peers.wait { $0.count > number }[number]
    }

    func close() async {
        try? await self.listener.close()
        for peer in self.accepted { await peer.close() }
    }
}
