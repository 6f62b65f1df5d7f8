extension Configuration {
    /// Reads and checks a configuration; throws everything that is wrong with it at once. Reads the file, and the
    /// PEM files that it names.
    ///
    /// - Parameters:
    ///   - file: path of a YAML file; nil for the one that `SKEIN_CONFIG` names, or none.
    ///   - environment: of the process; only names that start with `SKEIN_` count.
    ///   - flags: from the command line.
    ///   - development: whether the development profile applies and its freedoms are allowed.
    ///   - host: keep it for the next load in the same process, or the node gets another name.
    public static func load(
        file: String?,
        environment: [String: String],
        flags: [ConfigurationFlag] = [],
        development: Bool = false,
        host: HostFacts
    ) throws(ConfigurationError) -> Configuration {
        let sources = ConfigurationSources(
            file: file,
            environment: environment,
            flags: flags,
            isDevelopment: development
        )
        return try Self.load(sources, host: host)
    }

    /// The same with the sources in one value, which a server keeps for reloads.
    public static func load(
        _ sources: ConfigurationSources,
        host: HostFacts
    ) throws(ConfigurationError) -> Configuration {
        try ConfigurationLoader(sources: sources, host: host).load().configuration
    }
}
