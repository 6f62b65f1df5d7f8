import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct TokenVerifierTests {
    @Test(arguments: TokenAlgorithm.allCases)
    func `a token of every algorithm is verified`(_ algorithm: TokenAlgorithm) async throws {
        let bench = try await TokenBench(algorithm)
        let connection = try await bench.connect(#"{"sub":"42"}"#)
        #expect(connection == .success(Credentials(user: UserID("42"))))
        let subscription = try await bench.subscribe(#"{"sub":"42","channel":"news"}"#)
        #expect(subscription == .success(SubscriptionGrant(user: UserID("42"), channel: "news")))
    }

    /// A family's algorithms share key material, so only the pin tells them apart.
    @Test(arguments: [
        [TokenAlgorithm.hs256, .hs384, .hs512], [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512],
    ])
    func `a key verifies no algorithm but its own`(_ family: [TokenAlgorithm]) async throws {
        for pinned in family {
            let key = try TokenTestKey(pinned)
            let verifier = try await TokenVerifier(policy: TokenPolicy(keys: [try key.key()]))
            for other in family where other != pinned {
                for kid in ["main", nil] {
                    let token = try await TokenTestKey(other).issuer(kid: kid).sign(TokenClaims())
                    #expect(await verifier.verifyConnection(token, now: 0).refusal == "algorithm")
                }
            }
        }
    }

    @Test func `a token of a Centrifugo backend with a short secret is verified`() async throws {
        let key = try TokenKey(kid: "main", algorithm: .hs256, material: .secret("secret"))
        let verifier = try await TokenVerifier(policy: TokenPolicy(keys: [key]))
        let token =
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9."
            + "cYo84rqiyvYovXGPGxY7a4qWLa5HA857Nb2uMrkVcHs"
        #expect(await verifier.verifyConnection(token, now: 0) == .success(Credentials(user: UserID("42"))))
    }

    /// Appendix A.3; its payload has line breaks between the claims.
    @Test func `the example of RFC 7515 is verified`() async throws {
        let pem = """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7
            6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==
            -----END PUBLIC KEY-----
            """
        let token =
            "eyJhbGciOiJFUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        let key = try TokenKey(kid: "main", algorithm: .es256, material: .publicKey(pem: pem))
        let verifier = try await TokenVerifier(policy: TokenPolicy(keys: [key], issuer: "joe"))
        let result = await verifier.verifyConnection(token, now: 1_300_819_379)
        #expect(result == .success(Credentials(user: .anonymous, timeLeft: .seconds(1))))
        #expect(await verifier.verifyConnection(token, now: 1_300_819_380).refusal == "expired")
    }

    // MARK: Keys

    @Test func `without keys every token is refused`() async throws {
        let verifier = try await TokenVerifier(policy: TokenPolicy(keys: []))
        let issuer = try await TokenTestKey(.hs256).issuer()
        #expect(await verifier.verifyConnection(try issuer.sign(TokenClaims()), now: 0).refusal == "key")
    }

    @Test func `during a rotation tokens of both keys are verified, afterwards only those of the new one`() async throws
    {
        let old = try TokenTestKey(.es256)
        let new = try TokenTestKey(.es256)
        let both = try await TokenVerifier(policy: TokenPolicy(keys: [try old.key(kid: "1"), try new.key(kid: "2")]))
        let after = try await TokenVerifier(policy: TokenPolicy(keys: [try new.key(kid: "2")]))
        for (key, kid, reason) in [(old, "1", "key"), (new, "2", nil)] {
            let token = try await key.issuer(kid: kid).sign(TokenClaims())
            #expect(await both.verifyConnection(token, now: 0).refusal == nil)
            #expect(await after.verifyConnection(token, now: 0).refusal == reason)
        }
        for (key, reason) in [(old, "signature"), (new, nil)] {
            let token = try await key.issuer().sign(TokenClaims())
            #expect(await both.verifyConnection(token, now: 0).refusal == nil)
            #expect(await after.verifyConnection(token, now: 0).refusal == reason)
        }
    }

    @Test func `a key id selects its key and no other that would fit`() async throws {
        let first = try TokenTestKey(.edDSA)
        let second = try TokenTestKey(.edDSA)
        let keys = [try first.key(kid: "1"), try second.key(kid: "2")]
        let verifier = try await TokenVerifier(policy: TokenPolicy(keys: keys))
        let swapped = try await first.issuer(kid: "2").sign(TokenClaims())
        #expect(await verifier.verifyConnection(swapped, now: 0).refusal == "signature")
    }

    /// `==` on strings would take both for one.
    @Test func `key ids are compared by bytes`() async throws {
        let composed = try TokenTestKey(.edDSA)
        let decomposed = try TokenTestKey(.edDSA)
        let keys = [try composed.key(kid: "\u{E9}"), try decomposed.key(kid: "e\u{301}")]
        let verifier = try await TokenVerifier(policy: TokenPolicy(keys: keys))
        let good = try await decomposed.issuer(kid: "e\u{301}").sign(TokenClaims())
        let bad = try await decomposed.issuer(kid: "\u{E9}").sign(TokenClaims())
        #expect(await verifier.verifyConnection(good, now: 0).refusal == nil)
        #expect(await verifier.verifyConnection(bad, now: 0).refusal == "signature")
    }

    @Test func `a token without key id is tried with eight keys of its algorithm`() async throws {
        var keys = try (1...9).map { number in
            try TokenKey(kid: "\(number)", algorithm: .hs256, material: .secret("secret \(number)"))
        }
        keys.insert(try TokenKey(kid: "other", algorithm: .hs512, material: .secret("other")), at: 0)
        let verifier = try await TokenVerifier(policy: TokenPolicy(keys: keys))
        for (number, reason) in [(1, nil), (8, nil), (9, "signature")] {
            let anonymous = try await TokenIssuer(algorithm: .hs256, material: .secret("secret \(number)"))
            #expect(await verifier.verifyConnection(try anonymous.sign(TokenClaims()), now: 0).refusal == reason)
        }
        let named = try await TokenIssuer(kid: "9", algorithm: .hs256, material: .secret("secret 9"))
        #expect(await verifier.verifyConnection(try named.sign(TokenClaims()), now: 0).refusal == nil)
    }

    @Test func `two keys of one id are a mistake of the operator`() async throws {
        let key = try TokenTestKey(.hs256).key()
        await #expect(throws: TokenConfigurationError(#"two token keys have the id "main""#)) {
            try await TokenVerifier(policy: TokenPolicy(keys: [key, key]))
        }
    }

    @Test func `a leeway is at most a minute`() async throws {
        for good in [Duration.zero, .seconds(60)] {
            _ = try await TokenVerifier(policy: TokenPolicy(keys: [], leeway: good))
        }
        for bad in [Duration.milliseconds(-1), .milliseconds(60_001)] {
            await #expect(throws: TokenConfigurationError.self) {
                try await TokenVerifier(policy: TokenPolicy(keys: [], leeway: bad))
            }
        }
    }
}
