/// A text that no log line, dump or description may show.
///
/// Everything that prints values by itself (string interpolation, `dump`, a debugger's mirror) gets
/// ``Secret/placeholder``; only code that names ``revealed`` sees the text.
public struct Secret: Sendable, Equatable {
    /// What is shown instead of a secret.
    public static let placeholder = "[redacted]"

    /// The text itself: for cryptography and comparison only.
    public let revealed: String

    /// Wraps a text.
    public init(_ text: String) {
        self.revealed = text
    }

    /// Whether no secret is set.
    public var isEmpty: Bool { self.revealed.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { self.isEmpty ? "" : Self.placeholder }
    public var debugDescription: String { self.description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
