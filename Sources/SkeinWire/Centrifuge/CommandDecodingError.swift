/// Why a frame does not hold commands. The connection ends with code 3501.
public struct CommandDecodingError: Error, Sendable, Equatable {
    /// What is wrong.
    public let kind: Kind
    /// What a log may say about it; never contains what the client sent.
    public let reason: String

    /// Makes an error.
    public init(_ kind: Kind, _ reason: String = "") {
        self.kind = kind
        self.reason = reason
    }

    /// Errors are equal when their kinds are.
    public static func == (left: Self, right: Self) -> Bool { left.kind == right.kind }

    /// The kinds of defects.
    public enum Kind: Sendable, Hashable {
        /// A frame without a byte.
        case empty
        /// Bytes that are no command: broken syntax, a field of another type, a field twice, a blank line.
        case malformed
        /// More commands than a frame may hold.
        case tooManyCommands
    }
}
