/// Where a value is: `namespaces.chat.history_size`.
///
/// The parts are kept apart, because the name of a token key may contain dots. A pattern has `<name>` or `<kid>`
/// for a part that the operator chooses.
public struct ConfigurationPath: Sendable, Hashable, CustomStringConvertible {
    /// Keys from the root of the file.
    public let components: [String]

    /// A path from its parts.
    public init(_ components: [String]) {
        self.components = components
    }

    /// Reads a dotted text. In what lies below `namespaces` and `tokens.keys`, the last part is the key and
    /// everything before it is the name.
    public init(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        for prefix in Self.namedSections.keys where parts.count > prefix.count + 2 && parts.starts(with: prefix) {
            let name = parts[prefix.count..<(parts.count - 1)].joined(separator: ".")
            self.components = prefix + [name, parts[parts.count - 1]]
            return
        }
        self.components = parts
    }

    /// With dots.
    public var description: String { self.components.joined(separator: ".") }

    /// `SKEIN_`, and the parts in capitals, joined by `_`; what is no ASCII letter or digit becomes `_`.
    public var environmentName: String {
        "SKEIN_" + self.components.map(Self.environmentPart).joined(separator: "_")
    }

    static func environmentPart(_ part: String) -> String {
        String(part.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// One level deeper.
    func appending(_ component: String) -> ConfigurationPath {
        ConfigurationPath(self.components + [component])
    }

    /// The same with the names replaced by their placeholders.
    var pattern: ConfigurationPath {
        for (prefix, placeholder) in Self.namedSections
        where self.components.count > prefix.count && self.components.starts(with: prefix) {
            var components = self.components
            components[prefix.count] = placeholder
            return ConfigurationPath(components)
        }
        return self
    }

    /// The sections whose keys are names.
    static let namedSections: [[String]: String] = [["namespaces"]: "<name>", ["tokens", "keys"]: "<kid>"]
    static let namespaces = ConfigurationPath(["namespaces"])
    static let tokenKeys = ConfigurationPath(["tokens", "keys"])
    static let channelRules = ConfigurationPath(["channels", "rules"])
}
