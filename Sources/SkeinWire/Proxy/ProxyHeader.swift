public import SkeinCore

/// What a proxy says about a connection that it passes on.
public enum ProxyHeader: Equatable, Sendable {
    /// The connection stands for itself: the proxy made it (a health check), or knows no Internet addresses of the
    /// client (`UNKNOWN`, unspecified families, UNIX sockets). The addresses of the connection itself count.
    case local
    /// The connection is made for a client.
    case proxied(source: Endpoint, destination: Endpoint)

    /// One end of the client's connection.
    public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
        /// The address; its description is the text that logs show.
        public let address: IPAddress
        /// The TCP or UDP port.
        public let port: UInt16

        /// Puts the two together.
        public init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }

        /// `192.0.2.1:80` or `[2001:db8::1]:80`.
        public var description: String {
            self.address.isV4 ? "\(self.address):\(self.port)" : "[\(self.address)]:\(self.port)"
        }
    }
}
