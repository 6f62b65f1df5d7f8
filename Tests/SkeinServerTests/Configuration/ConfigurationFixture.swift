@testable import SkeinServer

/// Loads configurations from texts, on a machine that is always the same.
enum ConfigurationFixture {
    static let host = HostFacts(
        hostName: "machine",
        descriptorLimit: 65_536,
        randomBytes: [0xAB, 0xCD, 0xEF] + [UInt8](repeating: 0x5A, count: 32)
    )

    static func load(
        _ yaml: String? = nil,
        environment: [String: String] = [:],
        flags: [ConfigurationFlag] = [],
        development: Bool = false,
        host: HostFacts = Self.host,
        files: [String: String] = [:]
    ) throws(ConfigurationError) -> LoadedConfiguration {
        let sources = ConfigurationSources(
            file: yaml == nil ? nil : "skein.yaml",
            environment: environment,
            flags: flags,
            isDevelopment: development
        )
        let loader = ConfigurationLoader(sources: sources, host: host) { path throws(FileContents.Failure) in
            if path == "skein.yaml", let yaml { return yaml }
            guard let text = files[path] else { throw FileContents.Failure(reason: "No such file or directory") }
            return text
        }
        return try loader.load()
    }

    /// The sentences of a configuration that must not load; empty when it loads.
    static func problems(
        _ yaml: String? = nil,
        environment: [String: String] = [:],
        flags: [ConfigurationFlag] = [],
        development: Bool = false,
        host: HostFacts = Self.host,
        files: [String: String] = [:]
    ) -> [String] {
        do throws(ConfigurationError) {
            _ = try Self.load(
                yaml,
                environment: environment,
                flags: flags,
                development: development,
                host: host,
                files: files
            )
            return []
        } catch {
            return error.problems
        }
    }

    /// Sets one key the way `--set` does.
    static func set(_ key: String, _ value: String) -> ConfigurationFlag {
        ConfigurationFlag(name: "--set \(key)", key: key, value: value)
    }
}
