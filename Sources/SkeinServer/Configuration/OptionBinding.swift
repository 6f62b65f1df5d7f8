/// An option together with the field that holds its value.
///
/// The default text comes from the field of a fresh `Root`, so the table cannot contradict the types. Reading, writing,
/// showing and comparing go over all bindings of a `Root`; none of them names an option.
struct OptionBinding<Root: Sendable>: Sendable {
    let option: ConfigurationOption
    let read: @Sendable (Root) -> ConfigurationValue
    let write: @Sendable (inout Root, ConfigurationValue) -> Void
}

/// What a line of the table says besides key, field and documentation.
struct OptionTraits: OptionSet, Sendable {
    let rawValue: Int
    /// A change takes effect at a reload.
    static let reloadable = OptionTraits(rawValue: 1)
    /// The value must never be shown.
    static let secret = OptionTraits(rawValue: 2)
}

/// The lines of a table, collected with one call for each.
struct OptionTable<Root: Sendable>: Sendable {
    private(set) var bindings: [OptionBinding<Root>] = []
    private let defaults: Root
    private let section: ConfigurationPath

    init(below section: ConfigurationPath = ConfigurationPath([]), defaults: Root) {
        self.defaults = defaults
        self.section = section
    }

    mutating func add(
        _ key: String,
        _ kind: ConfigurationKind,
        _ documentation: String,
        _ traits: OptionTraits,
        read: @escaping @Sendable (Root) -> ConfigurationValue,
        write: @escaping @Sendable (inout Root, ConfigurationValue) -> Void
    ) {
        let option = ConfigurationOption(
            path: ConfigurationPath(self.section.components + key.split(separator: ".").map(String.init)),
            kind: kind,
            defaultText: kind.render(read(self.defaults)),
            documentation: documentation,
            isReloadable: traits.contains(.reloadable),
            isSecret: traits.contains(.secret)
        )
        self.bindings.append(OptionBinding(option: option, read: read, write: write))
    }
}
