/// Where the values come from, apart from the defaults.
///
/// Precedence, lowest first: defaults, development profile, file, environment, flags.
public struct ConfigurationSources: Sendable, Equatable {
    /// Path of the YAML file; nil for the one that `SKEIN_CONFIG` names, or none.
    public var file: String?
    /// The whole environment; only what starts with `SKEIN_` counts.
    public var environment: [String: String]
    /// In the order of the command line.
    public var flags: [ConfigurationFlag]
    /// Whether `--dev` was given.
    public var isDevelopment: Bool

    /// Collects sources.
    public init(
        file: String? = nil,
        environment: [String: String] = [:],
        flags: [ConfigurationFlag] = [],
        isDevelopment: Bool = false
    ) {
        self.file = file
        self.environment = environment
        self.flags = flags
        self.isDevelopment = isDevelopment
    }

    /// The file that counts.
    var effectiveFile: String? {
        if let file = self.file { return file }
        let named = self.environment[ConfigurationLayer.fileVariable] ?? ""
        return named.isEmpty ? nil : named
    }
}
