/// The signature algorithms that a key can be pinned to (RFC 7518 section 3.1, RFC 8037 section 3.1).
///
/// The raw value is the name in the `alg` header. There is no case for `none`: a token without a signature has no key
/// that it could match.
public enum TokenAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// HMAC with SHA-256.
    case hs256 = "HS256"
    /// HMAC with SHA-384.
    case hs384 = "HS384"
    /// HMAC with SHA-512.
    case hs512 = "HS512"
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    case rs384 = "RS384"
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    case rs512 = "RS512"
    /// RSASSA-PSS with SHA-256.
    case ps256 = "PS256"
    /// RSASSA-PSS with SHA-384.
    case ps384 = "PS384"
    /// RSASSA-PSS with SHA-512.
    case ps512 = "PS512"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
    /// ECDSA on P-384 with SHA-384.
    case es384 = "ES384"
    /// ECDSA on P-521 with SHA-512.
    case es512 = "ES512"
    /// Ed25519; the other curve of RFC 8037, Ed448, is not supported.
    case edDSA = "EdDSA"

    /// Whether whoever can verify can also sign.
    public var isSymmetric: Bool { self.family == .hmac }

    /// What kind of key the algorithm takes.
    enum Family {
        case hmac
        case rsa
        case rsaPSS
        case ecdsa(curve: String)
        case edDSA
    }

    var family: Family {
        switch self {
        case .hs256, .hs384, .hs512: .hmac
        case .rs256, .rs384, .rs512: .rsa
        case .ps256, .ps384, .ps512: .rsaPSS
        case .es256: .ecdsa(curve: "P-256")
        case .es384: .ecdsa(curve: "P-384")
        case .es512: .ecdsa(curve: "P-521")
        case .edDSA: .edDSA
        }
    }

    /// The algorithm of that exact name: `none` in any case, and `hs256`, name nothing.
    init?(header name: String) {
        guard let found = Self.allCases.first(where: { $0.rawValue.hasSameBytes(as: name) }) else { return nil }
        self = found
    }
}

extension TokenAlgorithm.Family: Equatable {}
