import Foundation
import JWTKit

/// Signs tokens: for `skein token`, for the development page, and for tests. A production server only verifies.
public struct TokenIssuer: Sendable {
    private let kid: String?
    private let algorithm: TokenAlgorithm
    private let implementation: any JWTAlgorithm

    /// What tokens are signed with.
    public enum Material: Sendable {
        /// For HS256, HS384 and HS512: text whose UTF-8 is the shared secret.
        case secret(String)
        /// For all other algorithms: `-----BEGIN PRIVATE KEY-----` …
        case privateKey(pem: String)
    }

    /// Parses the key.
    ///
    /// - Parameter kid: written to the header of every token; nil for none.
    /// - Throws: one sentence that says why the key does not fit the algorithm.
    public init(
        kid: String? = nil,
        algorithm: TokenAlgorithm,
        material: Material
    ) async throws(TokenConfigurationError) {
        let secret =
            switch material {
            case .secret(let text): try TokenSecret(text: text, for: algorithm)
            case .privateKey(let pem): try TokenSecret(privateKey: pem, for: algorithm)
            }
        self.kid = kid
        self.algorithm = algorithm
        self.implementation = try await secret.makeAlgorithm(algorithm)
    }

    /// A token that says `claims`.
    ///
    /// - Throws: when a claim that has to be JSON is not.
    public func sign(_ claims: TokenClaims) throws(TokenConfigurationError) -> String {
        let header = TokenText.object([
            ("alg", TokenText.quoted(self.algorithm.rawValue)),
            ("typ", TokenText.quoted("JWT")),
            ("kid", self.kid.map(TokenText.quoted)),
        ])
        return try self.sign(header: Array(header.utf8), payload: Array(try claims.json().utf8))
    }

    /// Signs anything, well-formed or not.
    func sign(header: [UInt8], payload: [UInt8]) throws(TokenConfigurationError) -> String {
        let signed = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        do {
            return signed + "." + Base64URL.encode(try self.implementation.sign(Array(signed.utf8)))
        } catch {
            throw TokenConfigurationError("\(self.algorithm.rawValue) cannot sign with this key")
        }
    }
}
