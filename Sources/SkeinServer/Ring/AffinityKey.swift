import Crypto

/// What the ring hashes of a client id.
///
/// The id itself, or with a secret its HMAC-SHA256 (RFC 2104): a public hash lets anybody choose ids that all belong to one node.
/// HAProxy does the same with the converter `hmac(sha256,…)`.
public enum AffinityKey {
    /// The bytes to look up. `secret` empty: the UTF-8 of the id. O(length).
    public static func bytes(cid: String, secret: [UInt8]) -> [UInt8] {
        let bytes = Array(cid.utf8)
        guard !secret.isEmpty else { return bytes }
        return Array(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: secret)))
    }
}
