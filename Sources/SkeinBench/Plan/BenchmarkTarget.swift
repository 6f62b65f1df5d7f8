/// The WebSocket address under load: `ws://host[:port][/path]` or `wss://…`. A value; nothing is resolved here.
public struct BenchmarkTarget: Sendable, Equatable, CustomStringConvertible {
    /// Whether the connection is encrypted (`wss`).
    public let isSecure: Bool
    /// A name or an address, IPv6 without its brackets.
    public let host: String
    /// From 1 to 65535.
    public let port: Int
    /// Path and query, from the slash on.
    public let path: String

    /// Reads an address; the failure says what is wrong with it. Without a path it is that of the client protocol.
    public init(_ url: String) throws(BenchmarkFailure) {
        let failure = BenchmarkFailure("\(url): write ws://host:port/connection/websocket or wss://…")
        guard let colon = url.range(of: "://") else { throw failure }
        switch url[..<colon.lowerBound] {
        case "ws": self.isSecure = false
        case "wss": self.isSecure = true
        default: throw failure
        }
        let rest = url[colon.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard let (host, port) = Self.split(rest[..<end], defaultPort: self.isSecure ? 443 : 80) else { throw failure }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw failure }
        self.host = host
        self.port = port
        let path = String(rest[end...])
        self.path =
            switch path.first {
            case nil: "/connection/websocket"
            case "?": "/connection/websocket\(path)"
            default: path
            }
    }

    /// `host:port` as it stands in the `Host` header.
    public var authority: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }

    /// The address again, with its port.
    public var description: String { "\(self.isSecure ? "wss" : "ws")://\(self.authority)\(self.path)" }

    private static func split(_ authority: Substring, defaultPort: Int) -> (host: String, port: Int)? {
        var host = authority
        var digits: Substring?
        if authority.first == "[" {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<bracket]
            let rest = authority[authority.index(after: bracket)...]
            guard rest.isEmpty || rest.first == ":" else { return nil }
            digits = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            digits = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty else { return nil }
        guard let digits else { return (String(host), defaultPort) }
        guard let port = Int(digits), (1...65_535).contains(port) else { return nil }
        return (String(host), port)
    }
}

extension String {
    /// The first place where `text` stands. O(count · text.count); for short texts such as addresses.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var start = self.startIndex
        while start < self.endIndex {
            if self[start...].hasPrefix(text) { return start..<self.index(start, offsetBy: text.count) }
            start = self.index(after: start)
        }
        return nil
    }
}
