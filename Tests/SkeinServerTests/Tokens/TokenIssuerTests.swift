import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct TokenIssuerTests {
    private static let everything: TokenClaims = {
        var claims = TokenClaims()
        claims.subject = "4\"2\\\n\u{1}é😀"
        claims.expiresAt = 1_700_000_060
        claims.issuedAt = 1_700_000_000
        claims.notBefore = 1_699_999_999
        claims.issuer = "me"
        claims.audience = ["here", "there"]
        claims.info = #"{"n":1.0}"#
        claims.meta = "[12345678901234567890]"
        claims.channels = ["news", "a\"b"]
        claims.subscriptions = #"{"c":{"data":1.50}}"#
        return claims
    }()

    @Test func `what is signed is what is verified`() async throws {
        let bench = try await TokenBench(audience: "there", issuer: "me")
        let token = try await bench.key.issuer(kid: "main").sign(Self.everything)
        let expected = Credentials(
            user: UserID("4\"2\\\n\u{1}é😀"),
            timeLeft: .seconds(60),
            info: Array(#"{"n":1.0}"#.utf8),
            meta: Array("[12345678901234567890]".utf8),
            subscriptions: [
                ServerSubscription(channel: "c", data: Array("1.50".utf8)), ServerSubscription(channel: "news"),
                ServerSubscription(channel: "a\"b"),
            ]
        )
        #expect(await bench.verifier.verifyConnection(token, now: TokenBench.now) == .success(expected))
    }

    @Test func `a subscription token is signed`() async throws {
        let bench = try await TokenBench(audience: "here")
        var claims = TokenClaims()
        claims.subject = "42"
        claims.channel = "news"
        claims.client = "c1"
        claims.audience = ["here"]
        claims.sessionExpiresAt = 1_700_000_005
        let token = try bench.issuer.sign(claims)
        let expected = SubscriptionGrant(user: UserID("42"), channel: "news", client: "c1", timeLeft: .seconds(5))
        #expect(await bench.verifier.verifySubscription(token, now: TokenBench.now) == .success(expected))
    }

    /// Signed by pyjwt and by `openssl dgst -sha256 -hmac secret` too.
    @Test func `the text of a token is fixed`() async throws {
        var claims = TokenClaims()
        claims.subject = "42"
        let token = try await TokenIssuer(algorithm: .hs256, material: .secret("secret")).sign(claims)
        let signature = "79CVgMIG_JB921dVUeJDWNJubJojFodH3-XtC_1C408"
        #expect(token == "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiJ9.\(signature)")
    }

    @Test func `claims that must be JSON are checked`() async throws {
        let issuer = try await TokenTestKey(.hs256).issuer()
        for path in [\TokenClaims.info, \.meta, \.subscriptions] {
            for bad in ["", "{", "1,\"sub\":\"admin\"", "}"] {
                var claims = TokenClaims()
                claims[keyPath: path] = bad
                #expect(throws: TokenConfigurationError.self) { try issuer.sign(claims) }
            }
        }
    }

    @Test func `a key that cannot sign is refused`() async throws {
        let key = try TokenTestKey(.es256)
        let rows: [(TokenAlgorithm, TokenIssuer.Material, String)] = [
            (.es256, .privateKey(pem: key.verifyingText), "this is a public key"),
            (.es384, key.signing, "ES384 needs a key on the curve P-384, but this is a key on the curve P-256"),
            (.es256, .secret("secret"), "ES256 needs a key in PEM form"), (.hs256, key.signing, "HS256 needs a secret"),
            (.hs256, .secret(""), "the secret is empty"),
        ]
        for (algorithm, material, expected) in rows {
            let error = await #expect(throws: TokenConfigurationError.self) {
                try await TokenIssuer(algorithm: algorithm, material: material)
            }
            #expect(error?.description.contains(expected) == true)
        }
    }
}
