import Foundation

/// Turns names of hosts into numbers: HAProxy shows addresses as numbers, and a server that is added at run time by
/// name would never be resolved.
enum HostResolver {
    /// The endpoint with its host as a number in its usual spelling; IPv4 before IPv6 when a name has both. Blocks.
    static func numeric(_ endpoint: ServerEndpoint) throws(BalancerError) -> ServerEndpoint {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(endpoint.host, nil, &hints, &list)
        guard result == 0, let list else {
            throw BalancerError(.unreachable, "\(endpoint.host): \(String(cString: gai_strerror(result)))")
        }
        defer { freeaddrinfo(list) }
        let entries = sequence(first: list, next: { $0.pointee.ai_next })
        guard let entry = entries.min(by: { Self.rank($0) < Self.rank($1) }) else {
            throw BalancerError(.unreachable, "\(endpoint.host): no address")
        }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(
                entry.pointee.ai_addr,
                entry.pointee.ai_addrlen,
                &text,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            ) == 0
        else { throw BalancerError(.unreachable, "\(endpoint.host): no numeric address") }
        let host = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return ServerEndpoint(host: host, port: endpoint.port)
    }

    private static func rank(_ entry: UnsafeMutablePointer<addrinfo>) -> Int {
        entry.pointee.ai_family == AF_INET ? 0 : 1
    }
}
