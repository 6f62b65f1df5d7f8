/// The address of a Redis: `redis://[[user]:password@]host[:port]`. A value; nothing is resolved here.
public struct RedisTarget: Sendable, Equatable {
    public let host: String
    /// From 1 to 65535.
    public let port: Int
    /// Empty for the default user.
    public let user: String
    /// Empty where none is asked for.
    public let password: String

    /// Reads an address; the failure says how one is written.
    public init(_ url: String) throws(BenchmarkFailure) {
        let failure = BenchmarkFailure("--redis: write redis://host:port")
        guard url.hasPrefix("redis://") else { throw failure }
        var rest = url.dropFirst("redis://".count)
        if let slash = rest.firstIndex(of: "/") { rest = rest[..<slash] }
        var user = ""
        var password = ""
        if let at = rest.lastIndex(of: "@") {
            let words = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard words.count == 2 else { throw failure }
            (user, password) = (String(words[0]), String(words[1]))
            rest = rest[rest.index(after: at)...]
        }
        let address = try BenchmarkTarget("ws://\(rest.contains(":") ? rest : rest + ":6379")")
        self.host = address.host
        self.port = address.port
        self.user = user
        self.password = password
    }
}
