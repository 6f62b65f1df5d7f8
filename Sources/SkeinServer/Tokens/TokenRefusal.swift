public import SkeinCore

/// Every reason for which a token is refused: the closed set of labels of ``TokenRejection/reason``.
///
/// The label goes to metrics and logs. The client learns only whether the token was expired or not valid.
public enum TokenRefusal: String, Error, Sendable, CaseIterable {
    /// Not three base64url parts with JSON objects in the first two, or a `crit` header.
    case malformed
    /// The `alg` header is missing, unknown, `none`, or not the one that the key is pinned to.
    case algorithm
    /// No configured key has the `kid` of the header.
    case key
    /// None of the possible keys made the signature.
    case signature
    /// Good in every other respect, but its time is over.
    case expired
    /// Its time has not come yet.
    case notBefore = "not_before"
    /// Not made for this server.
    case audience
    /// Not made by the expected issuer.
    case issuer
    /// Rightly signed, but a claim has another type or range than it must have, or is missing.
    case claims
    /// The token or its key id is longer than any real one.
    case size

    /// The rejection that carries this label.
    public var rejection: TokenRejection {
        TokenRejection(self == .expired ? .expired : .invalid, reason: self.rawValue)
    }
}
