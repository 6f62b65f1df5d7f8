import SkeinCore

/// Writes configurations as YAML.
enum ConfigurationText {
    /// A file with every key, its meaning and its default. Loading it gives the defaults.
    static func defaults() -> String {
        var outline = YAMLOutline()
        outline.add(ConfigurationTable.root, of: Configuration()) { Self.comment(on: $0.option) }
        outline.add(ConfigurationTable.rules, of: ChannelRules(), below: .channelRules) { Self.comment(on: $0.option) }
        return Self.preamble + outline.text + Self.examples
    }

    /// Every value, with its origin where somebody wrote one. Secrets are replaced.
    static func show(_ loaded: LoadedConfiguration) -> String {
        let configuration = loaded.configuration
        var outline = YAMLOutline()
        let origin: (YAMLOutline.Place) -> YAMLOutline.Notes = { place in
            YAMLOutline.Notes(behind: loaded.origins[place.path]?.description)
        }
        outline.add(ConfigurationTable.root, of: configuration, notes: origin)
        outline.add(ConfigurationTable.rules, of: configuration.channels.rules, below: .channelRules, notes: origin)
        for (name, rules) in configuration.namespaces.sorted(by: { $0.key < $1.key }) {
            outline.add(ConfigurationTable.rules, of: rules, below: .namespaces.appending(name), notes: origin)
        }
        for (kid, key) in configuration.tokens.keys.sorted(by: { $0.key < $1.key }) {
            outline.add(ConfigurationTable.tokenKey, of: key, below: .tokenKeys.appending(kid), notes: origin)
        }
        return outline.text
    }

    private static func comment(on option: ConfigurationOption) -> YAMLOutline.Notes {
        let restart = option.isReloadable ? "" : " (restart)"
        return YAMLOutline.Notes(above: ["\(option.documentation)", "\(option.kind.summary)\(restart)"])
    }

    private static let preamble = """
        # Skein: every key with its default.
        # Durations are whole numbers with ms, s, m, h or d; sizes are whole numbers with B, KiB, MiB or GiB.
        # Keys marked (restart) take effect when the server starts, all others also at a reload.


        """

    private static let examples = """

        # Namespaces take the keys of channels.rules:
        # namespaces:
        #   chat:
        #     subscribe: anyone
        #     publish: subscribers
        #     history_size: 100
        #     history_ttl: 1h

        # Token keys belong into the section tokens, named by the kid of the tokens that they verify:
        #   keys:
        #     main:
        #       algorithm: HS256
        #       secret: "at least 32 random bytes"
        #     partner:
        #       algorithm: ES256
        #       public_key: /etc/skein/partner.pem

        """
}
