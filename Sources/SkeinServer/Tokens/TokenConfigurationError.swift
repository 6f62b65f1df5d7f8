/// Why a key, a policy or a claim to sign cannot be used: a mistake of the operator, told in one sentence.
///
/// The sentence names the key by its id and never holds the secret, the PEM text or anything from a token.
public struct TokenConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
