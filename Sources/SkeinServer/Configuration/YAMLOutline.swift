/// Options and values in any order, written as one YAML document with every section once.
struct YAMLOutline {
    private var items: [Item] = []

    /// Comments on a value.
    struct Notes {
        var above: [String] = []
        var behind: String?
    }

    /// An option at its real path.
    struct Place {
        let path: ConfigurationPath
        let option: ConfigurationOption
    }

    private struct Item {
        let components: ArraySlice<String>
        let text: String
        let notes: Notes
    }

    mutating func add<Root>(
        _ bindings: [OptionBinding<Root>],
        of root: Root,
        below section: ConfigurationPath = ConfigurationPath([]),
        notes: (Place) -> Notes
    ) {
        for binding in bindings {
            let path = ConfigurationPath(section.components + binding.option.path.components)
            let item = Item(
                components: path.components[...],
                text: Self.text(of: binding.read(root), for: binding.option),
                notes: notes(Place(path: path, option: binding.option))
            )
            self.items.append(item)
        }
    }

    /// The document; a section stands where its first option was added.
    var text: String {
        var lines: [String] = []
        Self.write(self.items, depth: 0, into: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func write(_ items: [Item], depth: Int, into lines: inout [String]) {
        var order: [String] = []
        var groups: [String: [Item]] = [:]
        for item in items {
            guard let key = item.components.first else { continue }
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(item)
        }
        let indentation = String(repeating: "  ", count: depth)
        for key in order {
            guard let group = groups[key], let first = group.first else { continue }
            if depth == 0 && !lines.isEmpty { lines.append("") }
            if first.components.count == 1 {
                lines += first.notes.above.map { "\(indentation)# \($0)" }
                let origin = first.notes.behind.map { "  # \($0)" } ?? ""
                lines.append("\(indentation)\(Self.key(key)): \(first.text)\(origin)")
            } else {
                lines.append("\(indentation)\(Self.key(key)):")
                let inner = group.map { Item(components: $0.components.dropFirst(), text: $0.text, notes: $0.notes) }
                Self.write(inner, depth: depth + 1, into: &lines)
            }
        }
    }

    private static func text(of value: ConfigurationValue, for option: ConfigurationOption) -> String {
        switch value {
        case .list(let items):
            let shown = option.isSecret ? items.map { _ in Secret.placeholder } : items
            return "[" + shown.map(Self.quoted).joined(separator: ", ") + "]"
        case .text(let text):
            if option.isSecret { return Self.quoted(Secret(text).description) }
            return option.kind == .text || option.kind == .address ? Self.quoted(text) : text
        case .duration, .integer, .boolean: return option.kind.render(value)
        }
    }

    private static func key(_ text: String) -> String {
        let isPlain =
            text.first?.isLetter == true
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        let isWord = ["true", "false", "null", "yes", "no", "on", "off"].contains(text.lowercased())
        return isPlain && !isWord ? text : Self.quoted(text)
    }

    /// A double-quoted scalar (YAML 1.2 section 7.3.1).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                quoted += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
