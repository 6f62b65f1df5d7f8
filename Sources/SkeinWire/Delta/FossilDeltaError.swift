/// Why a patch could not be applied.
public struct FossilDeltaError: Error, Sendable, Hashable {
    private enum Kind: String {
        case malformed
        case checksumMismatch
        case tooLarge
    }

    private let kind: Kind

    /// The bytes do not follow the format, or copy what the base does not have.
    public static let malformed = Self(kind: .malformed)
    /// The patch was made for another base.
    public static let checksumMismatch = Self(kind: .checksumMismatch)
    /// The target would be longer than the caller allows.
    public static let tooLarge = Self(kind: .tooLarge)
}

extension FossilDeltaError: CustomStringConvertible {
    public var description: String { self.kind.rawValue }
}
