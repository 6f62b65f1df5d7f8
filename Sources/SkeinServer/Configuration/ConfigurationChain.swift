import Configuration

/// The sources in order of precedence, behind one reader.
///
/// Flags, then environment, then file, then development profile. The reader chooses; the layers only know
/// where each text was written.
struct ConfigurationChain {
    private let reader: ConfigReader
    private let winners = WinningProviders()
    private let layers: [String: ConfigurationLayer]

    init(
        flags: ConfigurationLayer,
        environment: ConfigurationLayer,
        files: [ConfigurationLayer],
        variables: [String: String]
    ) {
        let variablesProvider = EnvironmentVariablesProvider(environmentVariables: variables)
            .mapKeys { AbsoluteConfigKey(["skein"] + $0.components.map { $0.lowercased() }) }
        var providers: [any ConfigProvider] = [Self.provider(for: flags), variablesProvider]
        providers += files.map(Self.provider(for:))
        var layers = [variablesProvider.providerName: environment]
        for layer in [flags] + files { layers[Self.provider(for: layer).providerName] = layer }
        self.layers = layers
        self.reader = ConfigReader(providers: providers, accessReporter: self.winners)
    }

    /// The texts that count for an option, and where they were written; nil when no source has any.
    func entry(at path: ConfigurationPath, for option: ConfigurationOption) -> ConfigurationLayer.Entry? {
        let key = ConfigKey(path.components)
        let texts =
            option.kind == .list
            ? self.reader.stringArray(forKey: key, isSecret: option.isSecret)
            : self.reader.string(forKey: key, isSecret: option.isSecret).map { [$0] }
        guard let texts, let winner = self.winners.name(for: path) else { return nil }
        let origin = self.layers[winner]?.entries[path]?.origin ?? .environment(path.environmentName)
        return ConfigurationLayer.Entry(texts: texts, isList: option.kind == .list, origin: origin)
    }

    private static func provider(for layer: ConfigurationLayer) -> InMemoryProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (path, entry) in layer.entries {
            let isSecret = ConfigurationSchema.option(at: path)?.isSecret ?? true
            let content: ConfigContent = entry.isList ? .stringArray(entry.texts) : .string(entry.texts.first ?? "")
            values[AbsoluteConfigKey(path.components)] = ConfigValue(content, isSecret: isSecret)
        }
        return InMemoryProvider(name: layer.name, values: values)
    }
}
