public import NIOCore
public import SkeinCore

/// Where a client is: the user inbound event that ``ProxyProtocolHandler`` sends ahead of everything else on a
/// connection.
public struct ClientAddress: Hashable, Sendable {
    /// The client's address, or that of a peer that speaks for itself.
    public let address: IPAddress
    /// The port at the client's end.
    public let port: UInt16

    /// Puts the two together.
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// The address of a connection's own peer; nil for a UNIX socket.
    public init?(_ peer: SocketAddress) {
        guard let address = IPAddress(peer) else { return nil }
        self.init(address: address, port: peer.port.flatMap(UInt16.init(exactly:)) ?? 0)
    }
}
