extension TokenIssuer {
    /// Signs with a configured key: the one with this id, or the first that can sign. The server keeps no private keys, so only
    /// shared secrets can.
    ///
    /// - Throws: when there is no such key.
    public init(signingKey kid: String?, of tokens: Configuration.Tokens) async throws(TokenConfigurationError) {
        let keys = tokens.keys.filter { $0.value.algorithm.isSymmetric && (kid ?? $0.key) == $0.key }
        guard let (kid, key) = keys.min(by: { $0.key < $1.key }) else {
            throw TokenConfigurationError(
                kid.map { "tokens.keys has no key \"\($0)\" with a shared secret; name another one, or give a secret" }
                    ?? "tokens.keys has no key with a shared secret; configure one, or give a secret"
            )
        }
        try await self.init(kid: kid, algorithm: key.algorithm, material: .secret(key.secret.revealed))
    }
}
