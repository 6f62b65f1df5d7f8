/// A token taken apart, of which nothing has been verified (JWS compact serialization, RFC 7515 section 7.1).
///
/// Only the header has been read, as far as it takes to choose a key. `jku`, `x5u`, `jwk` and `x5c`, by which a token
/// would bring its own key, are ignored like every other unknown header.
struct SignedToken {
    let algorithm: TokenAlgorithm
    /// Nil when the header names no key.
    let kid: String?
    /// What the signature is over: header, period and payload, still encoded.
    let signedBytes: ArraySlice<UInt8>
    let signature: [UInt8]
    private let encodedPayload: ArraySlice<UInt8>

    /// The longest token, in bytes.
    static let maximumLength = 16 * 1024

    /// Splits a token and reads its header.
    init(_ token: String) throws(TokenRefusal) {
        guard token.utf8.count <= Self.maximumLength else { throw .size }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Base64URL.decode(parts[2]) else { throw .malformed }
        self.signature = signature
        self.encodedPayload = parts[1]
        self.signedBytes = bytes[..<parts[1].endIndex]

        guard let text = Base64URL.decode(parts[0]), let json = TokenJSON(parsing: text) else { throw .malformed }
        guard let header = TokenJSONObject(json), header["crit"] == nil else { throw .malformed }
        guard let name = header["alg"]?.string, let algorithm = TokenAlgorithm(header: name) else { throw .algorithm }
        self.algorithm = algorithm
        self.kid = try Self.kid(of: header)
    }

    /// The claims. Only for tokens whose signature holds.
    func payload() throws(TokenRefusal) -> TokenJSONObject {
        guard let text = Base64URL.decode(self.encodedPayload), let json = TokenJSON(parsing: text) else {
            throw .malformed
        }
        guard let claims = TokenJSONObject(json) else { throw .malformed }
        return claims
    }

    private static func kid(of header: TokenJSONObject) throws(TokenRefusal) -> String? {
        guard let value = header["kid"] else { return nil }
        guard let kid = value.string else { throw .malformed }
        guard kid.utf8.count <= TokenKey.maximumKidLength else { throw .size }
        return kid
    }
}
