/// Labels in the order of their names, with names that the exposition format allows.
struct MetricLabels: Sendable, Hashable {
    let pairs: [Pair]

    struct Pair: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// Of two dimensions with one name the last one counts. `le` belongs to histograms and becomes `le_`.
    init(_ dimensions: [(String, String)]) {
        var values: [String: String] = [:]
        for (name, value) in dimensions { values[Self.name(name)] = value }
        self.pairs = values.sorted { $0.key < $1.key }.map { Pair(name: $0.key, value: $0.value) }
    }

    /// `{a="1",b="2"}`; empty without labels. `bound` adds the label `le`.
    func text(bound: String? = nil) -> String {
        var parts = self.pairs.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        if let bound { parts.append("le=\"\(bound)\"") }
        return parts.isEmpty ? "" : "{" + parts.joined(separator: ",") + "}"
    }

    private static func name(_ text: String) -> String {
        let name = MetricName.sanitized(text).replacing(":", with: "_")
        return name == "le" ? "le_" : name
    }

    /// Backslash, quotation mark and line feed are escaped, as the format says. Other control characters, which it
    /// does not mention, become U+FFFD.
    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
