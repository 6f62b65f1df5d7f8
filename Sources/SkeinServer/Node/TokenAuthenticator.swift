import SkeinCluster
import SkeinCore
import SkeinTransport
import Synchronization

/// Verifies the tokens of sessions with the keys that are configured now.
///
/// A reload replaces the verifier; a verification that is under way ends with the keys that it began with.
final class TokenAuthenticator: Authenticator {
    private let verifier: Mutex<TokenVerifier>
    private let clock: Clock

    init(_ tokens: Configuration.Tokens, clock: Clock) async throws(TokenConfigurationError) {
        self.verifier = Mutex(try await TokenVerifier(policy: TokenPolicy(tokens)))
        self.clock = clock
    }

    /// Uses other keys from now on. Throws, and changes nothing, when they cannot be used.
    func reload(_ tokens: Configuration.Tokens) async throws(TokenConfigurationError) {
        let verifier = try await TokenVerifier(policy: TokenPolicy(tokens))
        self.verifier.withLock { $0 = verifier }
    }

    func verifyConnection(_ token: String) async -> Result<Credentials, TokenRejection> {
        let verifier = self.verifier.withLock { $0 }
        return await verifier.verifyConnection(token, now: self.wallSeconds)
    }

    func verifySubscription(_ token: String) async -> Result<SubscriptionGrant, TokenRejection> {
        let verifier = self.verifier.withLock { $0 }
        return await verifier.verifySubscription(token, now: self.wallSeconds)
    }

    private var wallSeconds: Double { Double(self.clock.wallMilliseconds()) / 1000 }
}

extension TokenPolicy {
    /// What the configuration says.
    init(_ tokens: Configuration.Tokens) throws(TokenConfigurationError) {
        var keys: [TokenKey] = []
        for (kid, key) in tokens.keys.sorted(by: { $0.key < $1.key }) {
            let material: TokenKey.Material =
                key.algorithm.isSymmetric ? .secret(key.secret.revealed) : .publicKey(pem: key.publicKey)
            keys.append(try TokenKey(kid: kid, algorithm: key.algorithm, material: material))
        }
        self.init(
            keys: keys,
            audience: tokens.audience.isEmpty ? nil : tokens.audience,
            issuer: tokens.issuer.isEmpty ? nil : tokens.issuer,
            leeway: tokens.leeway
        )
    }
}
