/// The values of one source, before they are parsed.
struct ConfigurationLayer: Sendable {
    /// Name of the provider that serves the values.
    let name: String
    /// Texts by path; only paths that the schema knows.
    private(set) var entries: [ConfigurationPath: Entry] = [:]
    /// Names of namespaces and token keys that the source mentions, also those without a value.
    private(set) var names: Set<ConfigurationPath> = []
    /// What is wrong with the source itself.
    var problems: [String] = []

    struct Entry: Sendable {
        /// One text, or the items of a list.
        var texts: [String]
        var isList: Bool
        var origin: ConfigurationOrigin
    }

    init(name: String) {
        self.name = name
    }

    mutating func set(_ path: ConfigurationPath, to entry: Entry) {
        self.entries[path] = entry
        self.mention(path)
    }

    /// Notes the name in a path below `namespaces` or `tokens.keys`.
    mutating func mention(_ path: ConfigurationPath) {
        for prefix in ConfigurationPath.namedSections.keys
        where path.components.count > prefix.count && path.components.starts(with: prefix) {
            self.names.insert(ConfigurationPath(Array(path.components.prefix(prefix.count + 1))))
        }
    }

    mutating func report(_ path: ConfigurationPath, _ origin: ConfigurationOrigin, _ advice: String) {
        self.problems.append("\(path) (\(origin)): \(advice).")
    }

    /// Says that nobody knows a key, and which one was probably meant.
    mutating func reportUnknown(_ path: ConfigurationPath, _ origin: ConfigurationOrigin) {
        let hint = ConfigurationSchema.suggestion(for: path).map { "did you mean \($0)?" }
        self.problems.append("\(path) (\(origin)): unknown key; \(hint ?? "see skein config default for all keys.")")
    }
}
