import SkeinCore

@testable import SkeinServer

/// One key, its issuer and a verifier that knows it, at a time that stands still.
struct TokenBench: Sendable {
    let key: TokenTestKey
    let issuer: TokenIssuer
    let verifier: TokenVerifier

    /// The wall clock of all tests: 2023-11-14T22:13:20Z.
    static let now = 1_700_000_000.0

    init(
        _ algorithm: TokenAlgorithm = .hs256,
        audience: String? = nil,
        issuer: String? = nil,
        leeway: Duration = .zero
    ) async throws {
        self.key = try TokenTestKey(algorithm)
        self.issuer = try await self.key.issuer()
        self.verifier = try await TokenVerifier(
            policy: TokenPolicy(keys: [try self.key.key()], audience: audience, issuer: issuer, leeway: leeway)
        )
    }

    /// A rightly signed token with this payload.
    func token(_ payload: String, header: String? = nil) throws -> String {
        let header = header ?? #"{"alg":"\#(self.key.algorithm.rawValue)","typ":"JWT"}"#
        return try self.issuer.sign(header: Array(header.utf8), payload: Array(payload.utf8))
    }

    func connect(_ payload: String, now: Double = Self.now) async throws -> Result<Credentials, TokenRejection> {
        await self.verifier.verifyConnection(try self.token(payload), now: now)
    }

    func subscribe(_ payload: String, now: Double = Self.now) async throws -> Result<SubscriptionGrant, TokenRejection>
    {
        await self.verifier.verifySubscription(try self.token(payload), now: now)
    }
}

extension Result where Failure == TokenRejection {
    /// The label of the rejection; nil for a token that was accepted.
    var refusal: String? {
        switch self {
        case .success: nil
        case .failure(let rejection): rejection.reason
        }
    }
}
