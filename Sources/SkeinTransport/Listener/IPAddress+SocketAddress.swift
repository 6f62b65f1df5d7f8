public import NIOCore
public import SkeinCore

extension IPAddress {
    /// Where the address stands in `sockaddr_in` and `sockaddr_in6`, on every system; the fields are out of reach
    /// through NIO.
    private static let offsetOfV4 = 4
    private static let offsetOfV6 = 8

    /// The address of a socket, without port and zone; nil for a UNIX socket.
    public init?(_ address: SocketAddress) {
        switch address {
        case .v4(let v4):
            let bits = withUnsafeBytes(of: v4.address) {
                $0.loadUnaligned(fromByteOffset: Self.offsetOfV4, as: UInt32.self)
            }
            self.init(v4: UInt32(bigEndian: bits))
        case .v6(let v6):
            let bits = withUnsafeBytes(of: v6.address) {
                $0.loadUnaligned(fromByteOffset: Self.offsetOfV6, as: UInt128.self)
            }
            self.init(bits: UInt128(bigEndian: bits))
        case .unixDomainSocket:
            return nil
        }
    }
}
