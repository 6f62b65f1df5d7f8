/// A value from the command line: `--set key=value`, or a flag with a name of its own. The last one for a key counts.
public struct ConfigurationFlag: Sendable, Equatable {
    /// What the operator typed, for messages: `--port`.
    public let name: String
    /// Dotted key.
    public let key: String
    /// Text of the value; a list is separated by commas.
    public let value: String

    /// A flag with a name of its own.
    public init(name: String, key: String, value: String) {
        self.name = name
        self.key = key
        self.value = value
    }

    /// `key=value` as it stands behind `--set`; nil without a `=`.
    public init?(setting: String) {
        guard let mark = setting.firstIndex(of: "=") else { return nil }
        self.key = String(setting[..<mark])
        self.value = String(setting[setting.index(after: mark)...])
        self.name = "--set \(self.key)"
    }

    /// The flags of `skein serve` that have names of their own; nil ones were not given.
    public static func named(
        address: String? = nil,
        port: String? = nil,
        logLevel: String? = nil,
        logFormat: String? = nil
    ) -> [ConfigurationFlag] {
        let flags = [
            ("--address", "listeners.client.address", address), ("--port", "listeners.client.port", port),
            ("--log-level", "log.level", logLevel), ("--log-format", "log.format", logFormat),
        ]
        return flags.compactMap { name, key, value in
            value.map { ConfigurationFlag(name: name, key: key, value: $0) }
        }
    }
}
