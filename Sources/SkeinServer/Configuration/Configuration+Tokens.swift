extension Configuration {
    /// `tokens`: what makes a client's token valid.
    public struct Tokens: Sendable, Equatable {
        /// Keys by the `kid` that a token names.
        public var keys: [String: TokenKey] = [:]
        /// Required audience; empty for none.
        public var audience = ""
        /// Required issuer; empty for none.
        public var issuer = ""
        /// How far clocks may differ when times in a token are compared, up to 60 s.
        public var leeway: Duration = .zero
    }

    /// One of `tokens.keys`.
    public struct TokenKey: Sendable, Equatable {
        /// Signature algorithm; a token that names another one is not accepted with this key.
        public var algorithm = TokenAlgorithm.HS256
        /// Shared secret of an HMAC algorithm; its UTF-8 is the key.
        public var secret = Secret("")
        /// PEM text of the public key of every other algorithm. After loading never a file name.
        public var publicKey = ""

        /// An HS256 key without a secret, which no check lets pass.
        public init() {}
    }

    /// Signature algorithms of RFC 7518 section 3.1 and RFC 8037.
    public enum TokenAlgorithm: String, Sendable, CaseIterable {
        case HS256
        case HS384
        case HS512
        case RS256
        case RS384
        case RS512
        case PS256
        case PS384
        case PS512
        case ES256
        case ES384
        case ES512
        case EdDSA

        /// Whether signer and verifier share a secret.
        public var isSymmetric: Bool {
            switch self {
            case .HS256, .HS384, .HS512: true
            case .RS256, .RS384, .RS512, .PS256, .PS384, .PS512, .ES256, .ES384, .ES512, .EdDSA: false
            }
        }
    }
}
