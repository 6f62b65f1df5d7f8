import JWTKit

/// Key material that has been parsed and fits its algorithm; the shared half of ``TokenKey`` and ``TokenIssuer``.
enum TokenSecret: Sendable {
    case hmac([UInt8])
    case rsa(any RSAKey)
    case ecdsa(any ECDSAKey)
    case edDSA(any EdDSAKey)

    /// Takes a shared secret.
    init(text: String, for algorithm: TokenAlgorithm) throws(TokenConfigurationError) {
        guard algorithm.isSymmetric else {
            throw TokenConfigurationError("\(algorithm.rawValue) needs a key in PEM form, not a secret")
        }
        guard !text.isEmpty else { throw TokenConfigurationError("the secret is empty") }
        self = .hmac(Array(text.utf8))
    }

    /// Parses a public key, of which the algorithm must be able to make use.
    init(publicKey pem: String, for algorithm: TokenAlgorithm) throws(TokenConfigurationError) {
        try Self.checkIsPEM(pem, for: algorithm)
        guard !pem.contains("PRIVATE KEY-----") else {
            throw TokenConfigurationError(
                "this is a private key; verifying takes only the public key, keep the other one away"
            )
        }
        guard !pem.contains("BEGIN CERTIFICATE-----") else {
            throw TokenConfigurationError(
                "this is a certificate; take its public key: openssl x509 -pubkey -noout -in certificate.pem"
            )
        }
        guard let key = Self.parse(publicKey: pem) else { throw Self.unreadable("public") }
        self = try key.checked(for: algorithm)
    }

    /// Parses a private key, for signing.
    init(privateKey pem: String, for algorithm: TokenAlgorithm) throws(TokenConfigurationError) {
        try Self.checkIsPEM(pem, for: algorithm)
        guard !pem.contains("PUBLIC KEY-----") else {
            throw TokenConfigurationError("this is a public key; signing takes the private key")
        }
        guard let key = Self.parse(privateKey: pem) else { throw Self.unreadable("private") }
        self = try key.checked(for: algorithm)
    }

    private static func checkIsPEM(_ text: String, for algorithm: TokenAlgorithm) throws(TokenConfigurationError) {
        guard !algorithm.isSymmetric else {
            throw TokenConfigurationError("\(algorithm.rawValue) needs a secret, not a key in PEM form")
        }
        guard text.contains("-----BEGIN ") else {
            throw TokenConfigurationError("the key is not in PEM form: there is no -----BEGIN line")
        }
    }

    private static func unreadable(_ half: String) -> TokenConfigurationError {
        TokenConfigurationError(
            "the PEM text is no usable \(half) key: it takes RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519"
        )
    }

    // Each parser refuses the keys of the others, so the first that succeeds also says what the key is.

    private static func parse(publicKey pem: String) -> TokenSecret? {
        if let key = try? Insecure.RSA.PublicKey(pem: pem) { return .rsa(key) }
        if let key = try? ES256PublicKey(pem: pem) { return .ecdsa(key) }
        if let key = try? ES384PublicKey(pem: pem) { return .ecdsa(key) }
        if let key = try? ES512PublicKey(pem: pem) { return .ecdsa(key) }
        if let key = try? EdDSA.PublicKey(pem: pem) { return .edDSA(key) }
        return nil
    }

    private static func parse(privateKey pem: String) -> TokenSecret? {
        if let key = try? Insecure.RSA.PrivateKey(pem: pem) { return .rsa(key) }
        if let key = try? ES256PrivateKey(pem: pem) { return .ecdsa(key) }
        if let key = try? ES384PrivateKey(pem: pem) { return .ecdsa(key) }
        if let key = try? ES512PrivateKey(pem: pem) { return .ecdsa(key) }
        if let key = try? EdDSA.PrivateKey(pem: pem) { return .edDSA(key) }
        return nil
    }

    private func checked(for algorithm: TokenAlgorithm) throws(TokenConfigurationError) -> TokenSecret {
        let fits =
            switch (algorithm.family, self) {
            case (.hmac, .hmac), (.rsa, .rsa), (.rsaPSS, .rsa), (.edDSA, .edDSA): true
            case (.ecdsa(let curve), .ecdsa(let key)): key.curve.rawValue == curve
            default: false
            }
        guard fits else {
            throw TokenConfigurationError(
                "\(algorithm.rawValue) needs \(algorithm.keyName), but this is \(self.keyName)"
            )
        }
        return self
    }

    private var keyName: String {
        switch self {
        case .hmac: "a secret"
        case .rsa: "an RSA key"
        case .ecdsa(let key): "a key on the curve \(key.curve.rawValue)"
        case .edDSA: "an Ed25519 key"
        }
    }
}

extension TokenAlgorithm {
    fileprivate var keyName: String {
        switch self.family {
        case .hmac: "a secret"
        case .rsa, .rsaPSS: "an RSA key"
        case .ecdsa(let curve): "a key on the curve \(curve)"
        case .edDSA: "an Ed25519 key"
        }
    }
}
