/// What a new configuration changes in a server that runs.
public struct ConfigurationReload: Sendable, Equatable {
    /// What takes effect now, one sentence for each key. Secrets are not shown.
    public let applied: [String]
    /// What needs a restart, one sentence for each key.
    public let postponed: [String]
    /// The new configuration with the old values of everything that needs a restart: what the server runs with from
    /// now on, and the `old` of the next reload.
    public let configuration: Configuration

    /// The end of an attempt.
    public enum Outcome: Sendable, Equatable {
        /// Use ``ConfigurationReload/configuration``.
        case accepted(ConfigurationReload)
        /// Keep the old configuration whole; these are the problems of the new one.
        case rejected([String])
    }

    /// Compares two configurations, key by key.
    public static func difference(old: Configuration, new: Configuration) -> ConfigurationReload {
        var comparison = ConfigurationComparison()
        var effective = new
        comparison.compare(old, new, &effective, ConfigurationTable.root, below: ConfigurationPath([]))
        comparison.compare(
            old.channels.rules,
            new.channels.rules,
            &effective.channels.rules,
            ConfigurationTable.rules,
            below: .channelRules
        )
        comparison.compare(
            old.namespaces,
            new.namespaces,
            &effective.namespaces,
            ConfigurationTable.rules,
            below: .namespaces
        )
        comparison.compare(
            old.tokens.keys,
            new.tokens.keys,
            &effective.tokens.keys,
            ConfigurationTable.tokenKey,
            below: .tokenKeys
        )
        effective.isDevelopment = old.isDevelopment
        return ConfigurationReload(
            applied: comparison.applied,
            postponed: comparison.postponed,
            configuration: effective
        )
    }

    /// Loads the sources again. A configuration that cannot be used changes nothing, and neither does one whose
    /// reloadable keys do not fit to what needs a restart.
    public static func attempt(
        old: Configuration,
        sources: ConfigurationSources,
        host: HostFacts
    ) -> Outcome {
        do {
            let new = try Configuration.load(sources, host: host)
            let reload = Self.difference(old: old, new: new)
            let findings = reload.configuration.findings(descriptorLimit: host.descriptorLimit)
            guard findings.isEmpty else {
                return .rejected(
                    findings.map { "\($0.keys[0]): until the restart that other changes need, \($0.advice)." }
                )
            }
            return .accepted(reload)
        } catch {
            return .rejected(error.problems)
        }
    }
}
