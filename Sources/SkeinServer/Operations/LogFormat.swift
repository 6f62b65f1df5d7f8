/// How log lines look.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One line for people; see ``TextLogHandler``.
    case text
    /// One JSON object per line; see ``JSONLogHandler``.
    case json
}
