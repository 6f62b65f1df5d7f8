/// Why a text is not the JSON that was asked for.
public struct JSONError: Error, Sendable, Hashable {
    /// What is wrong.
    public let kind: Kind
    /// Where it was noticed: bytes from the beginning of the scanned text.
    public let offset: Int

    /// Makes an error.
    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// The kinds of defects.
    public enum Kind: Sendable, Hashable {
        /// The bytes are not JSON as RFC 8259 defines it.
        case syntax
        /// Well-formed so far, but of another type or outside the range that the caller asked for.
        case typeMismatch
        /// Arrays and objects nest deeper than the scanner allows.
        case tooDeep
        /// A name occurs twice in one object.
        case duplicateKey
        /// A string that Swift cannot hold: half of a surrogate pair.
        case loneSurrogate
    }
}
