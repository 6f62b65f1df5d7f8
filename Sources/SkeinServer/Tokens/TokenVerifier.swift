import Foundation
import JWTKit
public import SkeinCore

/// Decides what a token allows.
///
/// Immutable: a reload with other keys makes another verifier, and sessions that were let in stay. The signature is
/// checked before anything of the payload is parsed, and comparing it takes the same time wherever two signatures
/// differ. Neither results nor errors hold any text of a refused token.
public final class TokenVerifier: Sendable {
    private let keys: [VerificationKey]
    private let policy: TokenPolicy

    /// A token without `kid` is tried with this many keys of its algorithm, so that its cost is bounded.
    private static let maximumTrials = 8

    private struct VerificationKey: Sendable {
        let kid: String
        let algorithm: TokenAlgorithm
        let implementation: any JWTAlgorithm

        func verifies(_ token: SignedToken) -> Bool {
            // A signature of the wrong length is an error to some algorithms and a mismatch to others.
            (try? self.implementation.verify(token.signature, signs: token.signedBytes)) ?? false
        }
    }

    /// Prepares the keys.
    ///
    /// - Throws: when two keys have one id, or the leeway is not between 0 and 60 seconds.
    public init(policy: TokenPolicy) async throws(TokenConfigurationError) {
        guard policy.leeway >= .zero, policy.leeway <= .seconds(60) else {
            throw TokenConfigurationError("the leeway of tokens must be between 0s and 60s")
        }
        var keys: [VerificationKey] = []
        for key in policy.keys {
            guard !keys.contains(where: { $0.kid.hasSameBytes(as: key.kid) }) else {
                throw TokenConfigurationError("two token keys have the id \"\(key.kid)\"")
            }
            let implementation = try await key.secret.makeAlgorithm(key.algorithm)
            keys.append(VerificationKey(kid: key.kid, algorithm: key.algorithm, implementation: implementation))
        }
        self.keys = keys
        self.policy = policy
    }

    /// What a connection token says.
    ///
    /// Leaves the caller's event loop, whose other sessions would wait for the signature.
    ///
    /// - Parameter now: the wall clock, in seconds since 1970.
    @concurrent
    public func verifyConnection(_ token: String, now: Double) async -> Result<Credentials, TokenRejection> {
        do throws(TokenRefusal) {
            return .success(try self.claims(of: token, now: now).credentials())
        } catch {
            return .failure(error.rejection)
        }
    }

    /// What a subscription token says. Whether its user, client and channel are those of the session is for the session
    /// to compare. Leaves the caller's event loop.
    ///
    /// - Parameter now: the wall clock, in seconds since 1970.
    @concurrent
    public func verifySubscription(_ token: String, now: Double) async -> Result<SubscriptionGrant, TokenRejection> {
        do throws(TokenRefusal) {
            return .success(try self.claims(of: token, now: now).grant())
        } catch {
            return .failure(error.rejection)
        }
    }

    private func claims(of token: String, now: Double) throws(TokenRefusal) -> TokenClaimReader {
        // A clock that is far out refuses tokens; it does not end the process.
        let now = min(max(now, TokenClaimReader.times.lowerBound), TokenClaimReader.times.upperBound)
        let token = try SignedToken(token)
        let candidates = try self.candidates(for: token)
        guard candidates.contains(where: { $0.verifies(token) }) else { throw .signature }
        return TokenClaimReader(claims: try token.payload(), policy: self.policy, now: now)
    }

    /// The keys that may have signed the token. An unknown `kid` selects nothing, whatever other keys there are.
    private func candidates(for token: SignedToken) throws(TokenRefusal) -> ArraySlice<VerificationKey> {
        if let kid = token.kid {
            guard let key = self.keys.first(where: { $0.kid.hasSameBytes(as: kid) }) else { throw .key }
            guard key.algorithm == token.algorithm else { throw .algorithm }
            return [key]
        }
        let candidates = self.keys.filter { $0.algorithm == token.algorithm }
        guard !candidates.isEmpty else { throw self.keys.isEmpty ? .key : .algorithm }
        return candidates.prefix(Self.maximumTrials)
    }
}
