import NIOCore
import NIOSSL

/// What all connections of a run share; made once, before the first of them.
struct ClientSettings: Sendable {
    /// One address to connect to.
    struct Peer: Sendable {
        var address: SocketAddress
        /// Name for the certificate; nil for an address, which has none.
        var name: String?
        /// Nil for an unencrypted connection.
        var security: NIOSSLContext?
        /// The whole HTTP request of the WebSocket handshake.
        var handshake: ByteBuffer
    }

    let plan: BenchmarkPlan
    let run: UInt32
    let publisherPeer: Peer
    let subscriberPeer: Peer
    let commands: ClientCommands
    let sign: [UInt8]

    /// Resolves names and loads certificates; blocks for as long as that takes.
    init(plan: BenchmarkPlan, run: UInt32) throws(BenchmarkFailure) {
        self.plan = plan
        self.run = run
        self.publisherPeer = try Self.peer(plan.target, plan)
        self.subscriberPeer =
            try plan.subscriberTarget.map { target throws(BenchmarkFailure) in
                try Self.peer(target, plan)
            } ?? self.publisherPeer
        self.commands = ClientCommands(format: plan.format, token: plan.token, payload: plan.payload)
        self.sign = PayloadMarker.sign(run: run)
    }

    /// The name of a channel.
    func channelName(_ number: Int) -> String { "\(self.plan.channelPrefix)\(number)" }

    /// Subscribers of each channel.
    var subscribersPerChannel: Int { self.plan.connections / self.plan.channelCount }

    /// A local address for a connection, so that more of them than there are ports fit; nil to leave it to the kernel.
    func localAddress(of connection: Int, to peer: Peer) -> SocketAddress? {
        let block = self.plan.firstConnection + connection
        guard self.plan.firstConnection + self.plan.connections > Self.connectionsPerAddress,
            peer.address.ipAddress?.hasPrefix("127.") == true
        else { return nil }
        return try? SocketAddress(ipAddress: "127.0.1.\(block / Self.connectionsPerAddress + 1)", port: 0)
    }

    /// Well below the 28,232 ports that Linux hands out.
    private static let connectionsPerAddress = 20_000

    private static func peer(_ target: BenchmarkTarget, _ plan: BenchmarkPlan) throws(BenchmarkFailure) -> Peer {
        do {
            let isAddress = (try? SocketAddress(ipAddress: target.host, port: 0)) != nil
            return Peer(
                address: try SocketAddress.makeAddressResolvingHost(target.host, port: target.port),
                name: isAddress ? nil : target.host,
                security: target.isSecure ? try Self.security(plan) : nil,
                handshake: Self.handshake(target, plan)
            )
        } catch {
            throw BenchmarkFailure("\(target): \(error)")
        }
    }

    private static func security(_ plan: BenchmarkPlan) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if !plan.verifiesCertificates { configuration.certificateVerification = .none }
        return try NIOSSLContext(configuration: configuration)
    }

    private static func handshake(_ target: BenchmarkTarget, _ plan: BenchmarkPlan) -> ByteBuffer {
        var lines = [
            "GET \(target.path) HTTP/1.1", "Host: \(target.authority)", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: c2tlaW4tYmVuY2gtMjAyNg==",
        ]
        if plan.format == .protobuf { lines.append("Sec-WebSocket-Protocol: centrifuge-protobuf") }
        lines += plan.headers.map { "\($0.name): \($0.value)" }
        return ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n")
    }
}
