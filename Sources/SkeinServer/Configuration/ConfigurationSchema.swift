/// What may stand where, derived from the table.
enum ConfigurationSchema {
    private static let optionsByPattern: [ConfigurationPath: ConfigurationOption] = Dictionary(
        ConfigurationTable.options.map { ($0.path, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    private static let sections: Set<ConfigurationPath> = {
        var sections: Set<ConfigurationPath> = [ConfigurationPath([])]
        for option in ConfigurationTable.options {
            for count in 1..<option.path.components.count {
                sections.insert(ConfigurationPath(Array(option.path.components.prefix(count))))
            }
        }
        return sections
    }()

    /// The option at a path with real names.
    static func option(at path: ConfigurationPath) -> ConfigurationOption? {
        Self.optionsByPattern[path.pattern]
    }

    /// Whether other keys stand below the path.
    static func isSection(_ path: ConfigurationPath) -> Bool {
        Self.sections.contains(path.pattern)
    }

    /// Why a name of a namespace or a token key cannot be used; nil when it can, and for paths that are not named.
    static func refusal(ofNameIn path: ConfigurationPath) -> String? {
        guard path.pattern != path, let prefix = Self.namedSection(of: path) else { return nil }
        let name = path.components[prefix]
        let isClean = name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        if prefix == 1 {
            let forbidden: Set<Character> = [":", "$", "#", "*", ","]
            let isFine = isClean && (1...64).contains(name.utf8.count) && !name.contains(where: forbidden.contains)
            return isFine ? nil : "name namespaces with 1 to 64 ASCII letters, digits, dots, dashes and underscores"
        }
        let isFine = isClean && (1...128).contains(name.utf8.count)
        return isFine ? nil : "name token keys with 1 to 128 printable ASCII characters"
    }

    private static func namedSection(of path: ConfigurationPath) -> Int? {
        ConfigurationPath.namedSections.keys.first { path.components.starts(with: $0) }?.count
    }

    /// The key that an unknown one was probably meant to be: one with nearly the same last part, best in the same
    /// section. Compares with the whole table, about a hundred keys.
    static func suggestion(for path: ConfigurationPath) -> ConfigurationPath? {
        guard let typed = path.components.last else { return nil }
        let parent = path.components.dropLast()
        let candidates =
            Self.optionsByPattern.keys.map { Self.named($0, like: path) }
            + Self.sections.filter { !$0.components.isEmpty }.map { Self.named($0, like: path) }
        let scored = candidates.compactMap { candidate -> (score: Int, path: ConfigurationPath)? in
            guard let last = candidate.components.last, !last.hasPrefix("<") else { return nil }
            let distance = EditDistance.between(typed, last)
            guard distance <= max(1, typed.utf8.count / 3) else { return nil }
            let isSibling = candidate.components.dropLast() == parent
            let placeholders = candidate.components.count { $0.hasPrefix("<") }
            return (distance * 4 + (isSibling ? 0 : 2) + placeholders, candidate)
        }
        return scored.min { ($0.score, $0.path.description) < ($1.score, $1.path.description) }?.path
    }

    /// A pattern with the names of `path` in place of its placeholders, where both are in the same section.
    private static func named(_ pattern: ConfigurationPath, like path: ConfigurationPath) -> ConfigurationPath {
        let typed = path.pattern
        guard let place = pattern.components.firstIndex(where: { $0.hasPrefix("<") }),
            typed.components.starts(with: pattern.components.prefix(place + 1))
        else { return pattern }
        var components = pattern.components
        components[place] = path.components[place]
        return ConfigurationPath(components)
    }
}
