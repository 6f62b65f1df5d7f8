/// Where a Redis is and how to sign in, as one URL.
///
/// `redis://[user[:password]@]host[:port][/database]`, `rediss://…` for TLS, `unix://[user[:password]@]/path[?db=number]`; the
/// forms are those of the IANA registration of `redis` and `rediss`. User, password and path may be percent-encoded.
public struct RedisAddress: Sendable, Equatable {
    /// How to connect.
    public enum Endpoint: Sendable, Equatable {
        /// Over TCP.
        case host(String, port: Int)
        /// Over a Unix domain socket.
        case socket(path: String)
    }

    /// How to connect.
    public var endpoint: Endpoint
    /// Whether the connection is encrypted and the server's certificate verified.
    public var usesTLS: Bool
    /// ACL user; empty for the default user.
    public var user: String
    /// Empty for none.
    public var password: String
    /// Number of the database.
    public var database: Int

    /// The port that a URL without one means.
    public static let defaultPort = 6379

    /// Describes an address.
    public init(
        _ endpoint: Endpoint,
        usesTLS: Bool = false,
        user: String = "",
        password: String = "",
        database: Int = 0
    ) {
        self.endpoint = endpoint
        self.usesTLS = usesTLS
        self.user = user
        self.password = password
        self.database = database
    }

    /// Why a text is no address. The description never repeats the text, which may have a password in it.
    public struct Malformation: Error, Sendable, Equatable, CustomStringConvertible {
        /// What is wrong and what to write instead.
        public let description: String
    }

    /// Reads a URL. O(length).
    public init(_ url: String) throws(Malformation) {
        let scheme: Substring
        var rest: Substring
        guard let separator = url.firstRange(of: "://") else {
            throw Malformation(description: "is no URL; write redis://host:6379, rediss://host:6379 or unix:///path")
        }
        scheme = url[..<separator.lowerBound]
        rest = url[separator.upperBound...]
        var credentials: Substring = ""
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        if let at = rest[..<authorityEnd].lastIndex(of: "@") {
            credentials = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        switch scheme.lowercased() {
        case "redis": try self.init(authorityAndPath: rest, usesTLS: false)
        case "rediss": try self.init(authorityAndPath: rest, usesTLS: true)
        case "unix", "redis+unix": try self.init(path: rest)
        default: throw Malformation(description: "has an unknown scheme; use redis://, rediss:// or unix://")
        }
        let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if let user = parts.first { self.user = try Self.decode(user) }
        if parts.count == 2 { self.password = try Self.decode(parts[1]) }
    }

    private init(authorityAndPath text: Substring, usesTLS: Bool) throws(Malformation) {
        guard !text.contains("#") else {
            throw Malformation(description: "has a #; write it as %23 if it belongs to the user or the password")
        }
        let authority = text.prefix { $0 != "/" && $0 != "?" }
        let database = try Self.database(text[authority.endIndex...].drop { $0 == "/" })
        let host: Substring
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else {
                throw Malformation(description: "has a [ without a ]; write redis://[::1]:6379")
            }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else {
                throw Malformation(description: "has something between the address and the port")
            }
            if after.hasPrefix(":") { port = after.dropFirst() }
        } else if let colon = authority.lastIndex(of: ":") {
            guard authority.firstIndex(of: ":") == colon else {
                throw Malformation(description: "has an IPv6 address without brackets; write redis://[::1]:6379")
            }
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        } else {
            host = authority
        }
        guard !host.isEmpty else { throw Malformation(description: "has no host; write redis://host:6379") }
        var number = Self.defaultPort
        if let port {
            guard let parsed = Int(port), (1...65535).contains(parsed) else {
                throw Malformation(description: "has a port that is not a number from 1 to 65535")
            }
            number = parsed
        }
        self.init(.host(String(host), port: number), usesTLS: usesTLS, database: database)
    }

    private init(path text: Substring) throws(Malformation) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.hasPrefix("/") else {
            throw Malformation(description: "has no absolute path; write unix:///run/redis/redis.sock")
        }
        var database = 0
        if parts.count == 2 {
            guard parts[1].hasPrefix("db=") else {
                throw Malformation(description: "has a query that is not db=number")
            }
            database = try Self.database(parts[1].dropFirst(3))
        }
        self.init(.socket(path: try Self.decode(path)), database: database)
    }

    private static func database(_ text: Substring) throws(Malformation) -> Int {
        guard !text.isEmpty else { return 0 }
        guard let number = Int(text), number >= 0 else {
            throw Malformation(
                description: "has a path that is not the number of a database; write redis://host:6379/0"
            )
        }
        return number
    }

    private static func decode(_ text: Substring) throws(Malformation) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else {
                throw Malformation(description: "has a % without two hex digits; write % itself as %25")
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw Malformation(description: "is not UTF-8 after percent decoding")
        }
        return decoded
    }

    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether only this machine is on the way.
    public var isLocal: Bool {
        switch self.endpoint {
        case .socket: true
        case .host(let host, _): host == "localhost" || host == "::1" || Self.isLoopback(host)
        }
    }
}

extension RedisAddress: CustomStringConvertible {
    /// For logs: without user and password.
    public var description: String {
        switch self.endpoint {
        case .socket(let path): self.database == 0 ? "unix://\(path)" : "unix://\(path)?db=\(self.database)"
        case .host(let host, let port):
            "\(self.usesTLS ? "rediss" : "redis")://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(self.database)"
        }
    }
}

extension UInt8 {
    /// What an ASCII hex digit stands for.
    fileprivate var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
