import JWTKit

/// JWTKit does the cryptography and nothing else. Its own token parser is not used: it falls back to a default key when
/// `kid` is unknown, does not compare `alg`, takes one of two equal claims, and decodes `info` instead of keeping it.
extension TokenSecret {
    /// The object that signs with, or verifies by, this key.
    func makeAlgorithm(_ algorithm: TokenAlgorithm) async throws(TokenConfigurationError) -> any JWTAlgorithm {
        let collection = JWTKeyCollection()
        switch (self, algorithm.family) {
        case (.hmac(let secret), .hmac):
            await collection.add(
                hmac: HMACKey(from: Self.padded(secret, to: algorithm.blockLength)),
                digestAlgorithm: algorithm.digest
            )
        case (.rsa(let key), .rsa): await collection.add(rsa: key, digestAlgorithm: algorithm.digest)
        case (.rsa(let key), .rsaPSS): await collection.add(pss: key, digestAlgorithm: algorithm.digest)
        case (.ecdsa(let key), .ecdsa): await collection.add(ecdsa: key)
        case (.edDSA(let key), .edDSA): await collection.add(eddsa: key)
        default: preconditionFailure("a key of another type than \(algorithm.rawValue) got past its check")
        }
        do {
            return try await collection.getKey()
        } catch {
            throw TokenConfigurationError("\(algorithm.rawValue) is not available")
        }
    }

    /// HMAC fills a key up to the block of its hash with zeros (RFC 2104 section 2). Doing so beforehand changes no
    /// signature, and JWTKit, which asserts that a key is as long as the hash, takes the short secrets of development.
    private static func padded(_ secret: [UInt8], to length: Int) -> [UInt8] {
        secret + Array(repeating: 0, count: max(0, length - secret.count))
    }
}

extension TokenAlgorithm {
    fileprivate var digest: DigestAlgorithm {
        switch self {
        case .hs256, .rs256, .ps256, .es256: .sha256
        case .hs384, .rs384, .ps384, .es384: .sha384
        case .hs512, .rs512, .ps512, .es512, .edDSA: .sha512
        }
    }

    /// Bytes that the hash takes at once.
    fileprivate var blockLength: Int { self.digest == .sha256 ? 64 : 128 }
}
