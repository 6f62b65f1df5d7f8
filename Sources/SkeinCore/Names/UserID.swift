/// The user that a session belongs to, compared by bytes; empty for an anonymous session.
///
/// Byte comparison matters for the same reason as in ``ChannelName``: a user-limited channel must not open to a user whose
/// name only looks the same.
public struct UserID: Hashable, Sendable, CustomStringConvertible {
    /// The id as text; its UTF-8 is what counts.
    public let text: String

    /// Names a user.
    public init(_ text: String) {
        self.text = text
    }

    /// The user of a session that connected without a token.
    public static let anonymous = UserID("")

    /// Whether the session connected without a user.
    public var isAnonymous: Bool { self.text.isEmpty }

    public static func == (left: Self, right: Self) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ByteHash.of(self.text.utf8).hash)
    }

    public var description: String { self.text }
}
