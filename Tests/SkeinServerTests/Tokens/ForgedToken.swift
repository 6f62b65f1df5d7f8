import Testing

@testable import SkeinServer

/// A token that nobody with the key has made, or that no honest issuer would make, and the label it must be refused
/// with.
struct ForgedToken: Sendable, CustomTestStringConvertible {
    let name: String
    let reason: TokenRefusal
    let token: String

    var testDescription: String { self.name }

    static let header = #"{"alg":"HS256","typ":"JWT"}"#
    static let payload = #"{"sub":"42"}"#

    /// All of them. The ones that are signed rightly show that the signature is not all that is checked.
    static func all(_ bench: TokenBench) async throws -> [ForgedToken] {
        try Self.headers(bench) + Self.keyIDs(bench) + Self.shapes(bench) + Self.payloads(bench)
            + (await Self.confusions(bench))
    }

    /// Headers that lie about the algorithm or bring their own key. Every one is signed with the right key.
    private static func headers(_ bench: TokenBench) throws -> [ForgedToken] {
        let headers: [(String, TokenRefusal)] = [
            (#"{"typ":"JWT"}"#, .algorithm),
            (#"{"alg":null}"#, .algorithm),
            (#"{"alg":""}"#, .algorithm),
            (#"{"alg":256}"#, .algorithm),
            (#"{"alg":["HS256"]}"#, .algorithm),
            (#"{"alg":"none"}"#, .algorithm),
            (#"{"alg":"None"}"#, .algorithm),
            (#"{"alg":"NONE"}"#, .algorithm),
            (#"{"alg":"nOnE"}"#, .algorithm),
            (#"{"alg":"hs256"}"#, .algorithm),
            (#"{"alg":"HS256 "}"#, .algorithm),
            (#"{"alg":"HS256\u0000"}"#, .algorithm),
            (#"{"alg":"HS384"}"#, .algorithm),
            (#"{"alg":"RS256"}"#, .algorithm),
            (#"{"alg":"ES256K"}"#, .algorithm),
            (#"{"alg":"none","alg":"HS256"}"#, .malformed),
            (#"{"alg":"HS256","crit":["exp"],"exp":1}"#, .malformed),
            (#"{"alg":"HS256","crit":[]}"#, .malformed),
            (#"{"alg":"HS256","crit":null}"#, .malformed),
            (#"{"alg":"HS256","b64":false,"crit":["b64"]}"#, .malformed),
            (#""HS256""#, .malformed),
            (#"[{"alg":"HS256"}]"#, .malformed),
            (#"{"alg":"HS256"},"#, .malformed),
            (#"{"alg":"HS256",}"#, .malformed),
            ("", .malformed),
            ("\u{FEFF}" + Self.header, .malformed),
        ]
        return try headers.map { header, reason in
            ForgedToken(name: header, reason: reason, token: try bench.token(Self.payload, header: header))
        }
    }

    /// Key ids that would do harm in a path, a query or a log. Every one is signed with the right key.
    private static func keyIDs(_ bench: TokenBench) throws -> [ForgedToken] {
        let kids: [(String, TokenRefusal)] = [
            (#""other""#, .key),
            (#""""#, .key),
            (#""MAIN""#, .key),
            (#""main ""#, .key),
            (#""main\u0000""#, .key),
            (#""../../dev/null""#, .key),
            (#""/dev/null""#, .key),
            (#""' UNION SELECT 'secret""#, .key),
            (#""main\r\nX-Injected: 1""#, .key),
            (#""http://169.254.169.254/jwks.json""#, .key),
            ("\"" + String(repeating: "k", count: 256) + "\"", .key),
            ("\"" + String(repeating: "k", count: 257) + "\"", .size),
            ("\"" + String(repeating: "k", count: 65_536) + "\"", .size),
            ("null", .malformed),
            ("1", .malformed),
            (#"["main"]"#, .malformed),
        ]
        return try kids.map { kid, reason in
            let token = try bench.token(Self.payload, header: #"{"alg":"HS256","kid":\#(kid)}"#)
            return ForgedToken(name: "kid \(kid.prefix(40))", reason: reason, token: token)
        }
    }

    /// Texts that are not three parts of canonical base64url.
    private static func shapes(_ bench: TokenBench) throws -> [ForgedToken] {
        let good = try bench.token(Self.payload)
        let parts = good.split(separator: ".").map(String.init)
        return [
            ForgedToken(name: "nothing", reason: .malformed, token: ""),
            ForgedToken(name: "periods", reason: .malformed, token: ".."),
            ForgedToken(name: "one part", reason: .malformed, token: parts[0]),
            ForgedToken(name: "no signature part", reason: .malformed, token: "\(parts[0]).\(parts[1])"),
            ForgedToken(name: "empty signature", reason: .signature, token: "\(parts[0]).\(parts[1])."),
            ForgedToken(name: "empty payload", reason: .signature, token: "\(parts[0])..\(parts[2])"),
            ForgedToken(name: "empty header", reason: .malformed, token: ".\(parts[1]).\(parts[2])"),
            ForgedToken(name: "fourth part", reason: .malformed, token: good + ".x"),
            ForgedToken(name: "period at the end", reason: .malformed, token: good + "."),
            ForgedToken(name: "five parts, as encrypted ones", reason: .malformed, token: "a.b.c.d.e"),
            ForgedToken(name: "padding", reason: .malformed, token: good + "="),
            ForgedToken(name: "space around", reason: .malformed, token: " " + good),
            ForgedToken(name: "line break", reason: .malformed, token: good + "\n"),
            ForgedToken(name: "Bearer", reason: .malformed, token: "Bearer " + good),
            ForgedToken(name: "standard base64", reason: .malformed, token: "\(parts[0]).\(parts[1]).+/+/"),
            ForgedToken(name: "truncated signature", reason: .signature, token: String(good.dropLast(3))),
            ForgedToken(name: "longer signature", reason: .signature, token: good + "A"),
            ForgedToken(
                name: "header and payload swapped",
                reason: .algorithm,
                token: "\(parts[1]).\(parts[0]).\(parts[2])"
            ),
            ForgedToken(name: "other payload", reason: .signature, token: "\(parts[0]).eyJzdWIiOiI0MyJ9.\(parts[2])"),
            ForgedToken(name: "16 KiB and a byte", reason: .size, token: String(repeating: "e", count: 16_385)),
            ForgedToken(name: "1 MiB", reason: .size, token: String(repeating: "e", count: 1_048_576)),
            ForgedToken(name: "not ASCII", reason: .malformed, token: "é.é.é"),
            ForgedToken(
                name: "header in invalid UTF-8",
                reason: .malformed,
                token: try bench.issuer.sign(header: [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], payload: [])
            ),
        ]
    }

    /// Payloads that no issuer should sign, signed with the right key.
    private static func payloads(_ bench: TokenBench) throws -> [ForgedToken] {
        let texts: [(String, TokenRefusal)] = [
            ("", .malformed),
            ("null", .malformed),
            ("42", .malformed),
            (#""42""#, .malformed),
            (#"["sub"]"#, .malformed),
            (#"{"sub":"42"} {}"#, .malformed),
            (#"{"sub":"42",}"#, .malformed),
            (#"{'sub':'42'}"#, .malformed),
            (#"{"sub":"42","sub":"1"}"#, .malformed),
            (#"{"sub":"42","s\u0075b":"1"}"#, .malformed),
            (#"{"exp":1,"exp":9999999999}"#, .malformed),
            (#"{"sub":"4\#u{0}2"}"#, .malformed),
            (#"{"sub":NaN}"#, .malformed),
            (#"{"exp":NaN}"#, .malformed),
            (#"{"exp":Infinity}"#, .malformed),
            (#"{"exp":01}"#, .malformed),
            (#"{"exp":+1}"#, .malformed),
            (String(repeating: "[", count: 5000), .malformed),
            (#"{"info":"# + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}", .malformed),
            (#"{"sub":42}"#, .claims),
            (#"{"sub":null}"#, .claims),
            (#"{"sub":["42"]}"#, .claims),
            (#"{"sub":"\ud800"}"#, .claims),
        ]
        let invalid: [UInt8] = Array(#"{"sub":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
        return try texts.map { payload, reason in
            ForgedToken(name: "payload \(payload.prefix(40))", reason: reason, token: try bench.token(payload))
        } + [
            ForgedToken(
                name: "payload in invalid UTF-8",
                reason: .malformed,
                token: try bench.issuer.sign(header: Array(Self.header.utf8), payload: invalid)
            )
        ]
    }

    /// Tokens that are signed, but by something else than the key.
    private static func confusions(_ bench: TokenBench) async throws -> [ForgedToken] {
        let stranger = try await TokenIssuer(algorithm: .hs256, material: .secret("guessed"))
        let stretched = try await TokenIssuer(algorithm: .hs256, material: .secret(TokenTestKey.secret + " "))
        let stronger = try await TokenIssuer(algorithm: .hs512, material: .secret(TokenTestKey.secret))
        let own = try TokenTestKey(.edDSA)
        var result = [
            ForgedToken(name: "another secret", reason: .signature, token: try Self.sign(stranger, Self.header)),
            ForgedToken(name: "a longer secret", reason: .signature, token: try Self.sign(stretched, Self.header)),
            ForgedToken(
                name: "right secret, another hash",
                reason: .signature,
                token: try Self.sign(stronger, Self.header)
            ),
            ForgedToken(
                name: "right secret, another algorithm",
                reason: .algorithm,
                token: try stronger.sign(TokenClaims())
            ),
            ForgedToken(name: "an own key", reason: .algorithm, token: try await own.issuer().sign(TokenClaims())),
        ]
        for field in ["jwk", "jku", "x5u", "x5c"] {
            let value = field == "jwk" ? #"{"kty":"oct","k":"Z3Vlc3NlZA"}"# : #""https://evil.example/keys.json""#
            let header = #"{"alg":"HS256","\#(field)":\#(value)}"#
            result.append(
                ForgedToken(name: "brings \(field)", reason: .signature, token: try Self.sign(stranger, header))
            )
        }
        return result
    }

    private static func sign(_ issuer: TokenIssuer, _ header: String) throws -> String {
        try issuer.sign(header: Array(header.utf8), payload: Array(Self.payload.utf8))
    }
}
