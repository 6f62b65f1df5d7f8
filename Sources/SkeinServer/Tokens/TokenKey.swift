/// A key that tokens are verified with, pinned to one algorithm.
///
/// The pin is what stops algorithm confusion (RFC 8725 section 3.1): a token never chooses how it is checked, its
/// `alg` can only agree with the key or be refused. Printing a key shows its id and algorithm, not its material.
public struct TokenKey: Sendable {
    /// What `kid` in a token's header must be to select this key.
    public let kid: String
    /// The only algorithm that the key verifies.
    public let algorithm: TokenAlgorithm
    let secret: TokenSecret

    /// What the operator configures.
    public enum Material: Sendable {
        /// For HS256, HS384 and HS512: text whose UTF-8 is the shared secret.
        case secret(String)
        /// For all other algorithms: `-----BEGIN PUBLIC KEY-----` …
        case publicKey(pem: String)
    }

    /// The longest key id, in bytes.
    static let maximumKidLength = 256

    /// Parses and checks the material. How long a secret has to be is for the configuration to decide; here it must not
    /// be empty.
    ///
    /// - Throws: one sentence for the operator that says what is wrong: an empty secret, a text that is not a PEM
    ///   public key, a key of another type or curve than the algorithm needs.
    public init(kid: String, algorithm: TokenAlgorithm, material: Material) throws(TokenConfigurationError) {
        guard !kid.isEmpty else { throw TokenConfigurationError("a token key needs an id (kid)") }
        guard kid.utf8.count <= Self.maximumKidLength else {
            throw TokenConfigurationError("a token key id is longer than \(Self.maximumKidLength) bytes")
        }
        self.kid = kid
        self.algorithm = algorithm
        do {
            self.secret = try Self.check(material, for: algorithm)
        } catch {
            throw TokenConfigurationError("token key \"\(kid)\": \(error.description)")
        }
    }

    private static func check(
        _ material: Material,
        for algorithm: TokenAlgorithm
    ) throws(TokenConfigurationError) -> TokenSecret {
        switch material {
        case .secret(let text):
            // A server that verifies HMAC with a public key accepts tokens from everyone who has read that key.
            guard !text.contains("PUBLIC KEY-----"), !text.contains("BEGIN CERTIFICATE-----") else {
                throw TokenConfigurationError("the secret is a public key in PEM form, which is no secret")
            }
            return try TokenSecret(text: text, for: algorithm)
        case .publicKey(let pem):
            return try TokenSecret(publicKey: pem, for: algorithm)
        }
    }
}

extension TokenKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "token key \"\(self.kid)\" (\(self.algorithm.rawValue))" }

    public var debugDescription: String { self.description }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
