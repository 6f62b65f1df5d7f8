import NIOCore
import NIOHTTP1
import SkeinTransport
import SkeinWire

/// The chat page, and tokens for whoever asks: only with `--dev`.
struct DevelopmentPages: Sendable {
    /// Of the tokens that the page gets.
    private static let tokenLifetime: Int64 = 3600

    let issuer: TokenIssuer
    let wallMilliseconds: @Sendable () -> Int64

    /// A file of the page.
    func page(_ path: String) -> HTTPResponse? {
        let name = path == "/" ? "index.html" : String(path.dropFirst())
        guard path.hasPrefix("/"), let file = PageFiles.table[name] else { return nil }
        return HTTPResponse(
            .ok,
            contentType: PageFiles.contentType(of: name),
            headers: [
                "cache-control": "no-cache",
                "content-security-policy": "default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'",
                "x-content-type-options": "nosniff",
            ],
            body: ByteBuffer(bytes: file)
        )
    }

    /// `POST /dev/token` with `{"user": "ana"}` answers with `{"token": "…"}`.
    func token(_ request: HTTPRequest) async -> HTTPResponse {
        guard let user = self.user(in: request.body), !user.isEmpty, user.utf8.count <= 64 else {
            return .text(.badRequest, "Send {\"user\": \"<1 to 64 bytes>\"}.")
        }
        let now = self.wallMilliseconds() / 1000
        var claims = TokenClaims()
        claims.subject = user
        claims.issuedAt = now
        claims.expiresAt = now + Self.tokenLifetime
        claims.info = Self.json("name", user)
        guard let token = try? self.issuer.sign(claims) else {
            return .text(.internalServerError, "The token could not be signed.")
        }
        return HTTPResponse(
            .ok,
            contentType: "application/json",
            headers: ["cache-control": "no-store"],
            body: ByteBuffer(string: Self.json("token", token))
        )
    }

    private enum Field: String, CaseIterable {
        case user
    }

    private static let fields = JSONFields<Field>()

    private func user(in body: ByteBuffer) -> String? {
        try? JSONScanner.scan(body) { (scanner: inout JSONScanner) throws(JSONError) in
            var user: String?
            var object = try scanner.enterObject()
            while try scanner.nextField(of: Self.fields, in: &object) != nil { user = try scanner.string() }
            return user
        }
    }

    private static func json(_ name: String, _ value: String) -> String {
        TokenText.object([(name, TokenText.quoted(value))])
    }
}
