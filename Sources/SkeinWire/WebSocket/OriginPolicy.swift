/// Which web pages may connect, by the `Origin` header (RFC 6455 section 10.2).
///
/// Entries are `https://app.example.com`, with a port if it is not the scheme's own; `https://*.example.com` for every
/// host below the domain, at any depth, but not the domain itself; `null`; and `*` for everything. Scheme, host and
/// port all have to match. Without entries a page may connect to the host that served it: host and port of `Origin` and
/// of `Host` are the same. Only browsers send `Origin`, so a request without it passes.
public struct OriginPolicy: Sendable, Equatable {
    private let patterns: [OriginPattern]

    /// Only pages of the server's own host.
    public static let sameHost = Self(patterns: [])
    /// Every page, as with the entry `*`.
    public static let anything = Self(patterns: [.anything])

    /// Reads the entries; throws at the first one that is malformed.
    public init(_ entries: [String]) throws(OriginPolicyError) {
        var patterns: [OriginPattern] = []
        for entry in entries { patterns.append(try OriginPattern(entry)) }
        self.patterns = patterns
    }

    private init(patterns: [OriginPattern]) {
        self.patterns = patterns
    }

    /// Judges one request. Linear in the entries.
    ///
    /// - Parameters:
    ///   - origin: the `Origin` header, nil when there is none.
    ///   - host: the `Host` header.
    public func allows(origin: String?, host: String) -> Bool {
        guard let origin else { return true }
        let parsed = WebOrigin(origin)
        guard !self.patterns.isEmpty else { return Self.isSameHost(parsed, host: host) }
        return self.patterns.contains { $0.matches(parsed, isOpaque: origin == "null") }
    }

    /// The server may sit behind a proxy that ended TLS, so the port that `Host` leaves out is that of the origin's
    /// scheme.
    private static func isSameHost(_ origin: WebOrigin?, host: String) -> Bool {
        guard let origin, origin.scheme == "http" || origin.scheme == "https",
            let authority = WebOrigin.Authority(host.utf8[...])
        else { return false }
        return origin.host == authority.host && origin.port == authority.port ?? WebOrigin.defaultPort(origin.scheme)
    }
}
