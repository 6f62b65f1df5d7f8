/// The reference page of the configuration, made from the table.
public enum ConfigurationReference {
    /// The page in Markdown. The same for every machine and every start.
    public static func markdown() -> String {
        var text = Self.introduction
        for (title, prefix) in Self.sections {
            let options = ConfigurationTable.options.filter { $0.path.components.starts(with: prefix) }
                .filter { !Self.isShownElsewhere($0, by: prefix) }
            text += "\n## \(title)\n\n"
            text += "| Key | Values | Default | Reload | Meaning |\n|---|---|---|---|---|\n"
            for option in options { text += Self.row(option, below: prefix) }
        }
        return text
    }

    private static let sections: [(title: String, prefix: [String])] = [
        ("node", ["node"]), ("engine", ["engine"]), ("redis", ["redis"]), ("cluster", ["cluster"]),
        ("ring", ["ring"]), ("drain", ["drain"]),
        ("listeners", ["listeners"]), ("client", ["client"]), ("channels", ["channels"]),
        ("channels.rules and namespaces.&lt;name&gt;", ["channels", "rules"]), ("tokens", ["tokens"]),
        ("tokens.keys.&lt;kid&gt;", ["tokens", "keys", "<kid>"]), ("api", ["api"]), ("log", ["log"]),
        ("shutdown", ["shutdown"]), ("test", ["test"]),
    ]

    private static func isShownElsewhere(_ option: ConfigurationOption, by prefix: [String]) -> Bool {
        Self.sections.contains { section in
            section.prefix.count > prefix.count && section.prefix.starts(with: prefix)
                && option.path.components.starts(with: section.prefix)
        }
    }

    private static func row(_ option: ConfigurationOption, below prefix: [String]) -> String {
        let isNamed = prefix.contains("<kid>") || prefix == ["channels", "rules"]
        let key = isNamed ? option.path.components[option.path.components.count - 1] : option.path.description
        let cells = [
            "`\(key)`", Self.escaped(option.kind.summary),
            option.defaultText.isEmpty ? "empty" : "`\(option.defaultText)`",
            option.isReloadable ? "yes" : "restart", Self.escaped(option.documentation),
        ]
        return "| " + cells.joined(separator: " | ") + " |\n"
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "|": "\\|"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }.joined()
    }

    private static let introduction = """
        # Configuration

        Skein reads its configuration from a YAML file (`--config FILE`, or the file that `SKEIN_CONFIG` names), from
        environment variables and from flags. Later ones win: defaults, the development profile (only with `--dev`),
        the file, the environment, flags.

        - **Environment**: `SKEIN_` and the key in capitals, joined by underscores. `client.ping_interval` is
          `SKEIN_CLIENT_PING_INTERVAL`; `namespaces.chat.history_size` is `SKEIN_NAMESPACES_CHAT_HISTORY_SIZE`.
          A name that no other source mentions is taken in lower case.
        - **Flags**: `--set key=value`, as often as needed.
        - **Durations** are whole numbers with a unit: `300ms`, `25s`, `5m`, `1h`, `2d`.
        - **Sizes** are whole numbers with a unit: `512B`, `64KiB`, `1MiB`, `1GiB`.
        - **Lists** are YAML lists in the file, and separated by commas in the environment and in flags.
        - Unknown keys, and unknown variables that start with `SKEIN_`, are errors.

        `skein config check` says everything that is wrong with a configuration, `skein config show` prints what counts
        and where it comes from, `skein config default` prints a file with every key. *Reload* says whether a change
        takes effect without a restart. A reload with a file that cannot be used changes nothing.

        """
}
