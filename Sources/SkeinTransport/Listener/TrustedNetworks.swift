public import NIOCore
public import SkeinCore

/// The networks whose members are believed when they say who the client is. Empty means nobody.
public struct TrustedNetworks: Equatable, Sendable {
    private let networks: [IPNetwork]

    /// Trusts nobody.
    public init() {
        self.networks = []
    }

    /// Reads networks in CIDR notation and single addresses, IPv4 and IPv6 mixed. Throws what is wrong with the first
    /// bad one.
    public init(_ texts: [String]) throws(IPNetworkError) {
        var networks: [IPNetwork] = []
        for text in texts { networks.append(try IPNetwork(text)) }
        self.networks = networks
    }

    /// Whether the peer is trusted. An IPv4-mapped address counts as the IPv4 address; a UNIX socket is in no network.
    /// Takes time in proportion to the number of networks.
    public func contains(_ peer: SocketAddress) -> Bool {
        guard let address = IPAddress(peer) else { return false }
        return self.networks.contains { $0.contains(address) }
    }
}
