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
        public var algorithm = TokenAlgorithm.hs256
        /// Shared secret of an HMAC algorithm; its UTF-8 is the key.
        public var secret = Secret("")
        /// PEM text of the public key of every other algorithm. After loading never a file name.
        public var publicKey = ""

        /// An HS256 key without a secret, which no check lets pass.
        public init() {}
    }
}
