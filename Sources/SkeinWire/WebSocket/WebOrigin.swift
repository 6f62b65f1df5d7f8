/// An origin as browsers send it (RFC 6454): scheme, host and port, and nothing else.
///
/// Parsing is strict, because a comparison is only as good as the parser before it: whatever a browser would not send,
/// such as a user, a path, a percent sign, a trailing dot or a non-ASCII letter, makes the text no origin.
struct WebOrigin: Sendable, Equatable {
    /// Lower case.
    let scheme: String
    /// Lower case; IPv6 addresses in their brackets.
    let host: String
    /// Of the scheme when the text names none; nil for a scheme without a known one.
    let port: Int?

    /// Reads `scheme://host` or `scheme://host:port`; nil for anything else.
    init?(_ text: String) {
        self.init(text.utf8[...])
    }

    init?(_ bytes: Substring.UTF8View) {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let rest = bytes[colon...].dropFirst(3)
        guard bytes[colon...].starts(with: "://".utf8), let scheme = Self.scheme(bytes[..<colon]),
            let authority = Authority(rest)
        else { return nil }
        self.scheme = scheme
        self.host = authority.host
        self.port = authority.port ?? Self.defaultPort(scheme)
    }

    static func defaultPort(_ scheme: String) -> Int? {
        switch scheme {
        case "http", "ws": 80
        case "https", "wss": 443
        default: nil
        }
    }

    private static func scheme(_ bytes: Substring.UTF8View) -> String? {
        guard let first = bytes.first, HeaderText.isLowercaseLetter(HeaderText.lowercased(first)) else { return nil }
        let isValid = bytes.allSatisfy { HeaderText.isAlphanumeric($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }
        return isValid ? String(Substring(bytes)).lowercased() : nil
    }
}
