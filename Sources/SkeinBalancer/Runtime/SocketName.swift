import Foundation

/// Numeric endpoints in the form of the socket calls.
enum SocketName {
    /// Nil unless the host is an IPv4 address.
    static func internet4(_ endpoint: ServerEndpoint) -> sockaddr_in? {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = endpoint.port.bigEndian
        return inet_pton(AF_INET, endpoint.host, &name.sin_addr) == 1 ? name : nil
    }

    /// Nil unless the host is an IPv6 address, without a zone.
    static func internet6(_ endpoint: ServerEndpoint) -> sockaddr_in6? {
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_port = endpoint.port.bigEndian
        return inet_pton(AF_INET6, endpoint.host, &name.sin6_addr) == 1 ? name : nil
    }
}
