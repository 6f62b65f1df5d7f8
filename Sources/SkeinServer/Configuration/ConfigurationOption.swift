/// One line of the table that parsing, checking, `config show`, `config default` and the reference page are made from.
public struct ConfigurationOption: Sendable, Equatable {
    /// Where the option is; a pattern when the operator chooses a part of it.
    public let path: ConfigurationPath
    /// What values it takes.
    public let kind: ConfigurationKind
    /// The default as it is written in an environment variable; empty for an empty text or list.
    public let defaultText: String
    /// One line for the reference page: what the option does, and what special values mean.
    public let documentation: String
    /// Whether a reload puts a change into effect; otherwise it takes a restart.
    public let isReloadable: Bool
    /// Whether the value must never be shown.
    public let isSecret: Bool

    /// The same option of another section.
    func moved(below section: ConfigurationPath) -> ConfigurationOption {
        ConfigurationOption(
            path: ConfigurationPath(section.components + self.path.components),
            kind: self.kind,
            defaultText: self.defaultText,
            documentation: self.documentation,
            isReloadable: self.isReloadable,
            isSecret: self.isSecret
        )
    }
}
