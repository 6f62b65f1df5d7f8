/// The value of one option, between its text and the typed field of ``Configuration``.
public enum ConfigurationValue: Sendable, Equatable {
    case duration(Duration)
    /// A count, a number of bytes, or a port.
    case integer(Int)
    case boolean(Bool)
    /// A text or one word of a choice.
    case text(String)
    case list([String])
}
