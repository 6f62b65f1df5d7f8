import NIOHTTP1
import SkeinTransport

/// The one id that a load balancer keeps a client together by, whatever carries it.
///
/// The first hit counts, in the order of the balancer's configuration: what the balancer itself passes on; then query, header, cookie,
/// path and token. Nothing depends on it but which node is asked: a forged id costs its sender the right node.
enum ClientIdentity {
    /// Set by the load balancer to the very bytes that it hashed.
    static let balancerHeader = "x-skein-cid"
    static let cookie = "skein_cid"

    private static let query = "cid"
    private static let header = "x-client-id"
    private static let maximumLength = 256

    /// The id of whoever sends the request; nil when it brings none, and for one of more than 256 bytes. O(length of the head).
    static func of(_ head: HTTPRequestHead) -> String? {
        guard let id = self.find(in: head), id.utf8.count <= Self.maximumLength else { return nil }
        return id
    }

    private static func find(in head: HTTPRequestHead) -> String? {
        if let id = self.filled(head.headers.first(name: Self.balancerHeader)) { return id }
        if let id = self.filled(head.query[Self.query]) { return id }
        if let id = self.filled(head.headers.first(name: Self.header)) { return id }
        if let id = self.filled(self.cookie(in: head)) { return id }
        if let id = self.filled(NodeRouter.clientID(inPath: String(head.path))) { return id }
        return self.filled(self.tokenSubject(in: head))
    }

    private static func filled(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return text
    }

    private static func cookie(in head: HTTPRequestHead) -> String? {
        for header in head.headers["cookie"] {
            for pair in header.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == Self.cookie { return String(parts[1]) }
            }
        }
        return nil
    }

    /// Nobody has verified the token: it says who the client is, not what it may do.
    private static func tokenSubject(in head: HTTPRequestHead) -> String? {
        guard let header = head.headers.first(name: "authorization"), header.hasPrefix("Bearer ") else { return nil }
        guard let token = try? SignedToken(String(header.dropFirst("Bearer ".count))) else { return nil }
        return (try? token.payload())?["sub"]?.string
    }
}
