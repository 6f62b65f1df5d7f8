/// A strict reader of the Prometheus text format 0.0.4, written from its description and not from the writer.
///
/// Nil when a line is malformed, a sample comes before its type, a family is not contiguous, or a sample comes twice.
struct Exposition {
    /// `name` or `name{label=value,…}` with unescaped values.
    private(set) var values: [String: Double] = [:]
    private(set) var types: [String: String] = [:]

    init?(_ text: String) {
        guard text.hasSuffix("\n") else { return nil }
        var family = ""
        for line in text.unicodeScalars.split(separator: "\n").map({ String(Substring($0)) }) {
            if line.hasPrefix("# HELP ") { continue }
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                guard words.count == 4, self.types[String(words[2])] == nil else { return nil }
                family = String(words[2])
                self.types[family] = String(words[3])
                continue
            }
            guard let (key, name, value) = Self.sample(line), name.hasPrefix(family), !family.isEmpty,
                ["", "_bucket", "_sum", "_count"].contains(String(name.dropFirst(family.count))),
                self.values[key] == nil
            else { return nil }
            self.values[key] = value
        }
    }

    private static func sample(_ line: String) -> (key: String, name: String, value: Double)? {
        var rest = Array(line.unicodeScalars)[...]
        let name = String(String.UnicodeScalarView(rest.prefix { $0 != "{" && $0 != " " }))
        rest = rest.dropFirst(name.unicodeScalars.count)
        var labels: [String] = []
        if rest.first == "{" {
            rest.removeFirst()
            while rest.first != "}" {
                guard let label = Self.label(&rest) else { return nil }
                labels.append(label)
                if rest.first == "," { rest.removeFirst() }
            }
            rest.removeFirst()
        }
        guard rest.first == " " else { return nil }
        let number = String(String.UnicodeScalarView(rest.dropFirst()))
        let value = number == "+Inf" ? Double.infinity : number == "-Inf" ? -Double.infinity : Double(number)
        guard let value else { return nil }
        return (labels.isEmpty ? name : "\(name){\(labels.joined(separator: ","))}", name, value)
    }

    private static func label(_ rest: inout ArraySlice<Unicode.Scalar>) -> String? {
        let name = rest.prefix { $0 != "=" }
        guard !name.isEmpty, name.allSatisfy({ $0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0) })
        else {
            return nil
        }
        rest = rest.dropFirst(name.count + 1)
        guard rest.popFirst() == "\"" else { return nil }
        var value = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return String(String.UnicodeScalarView(name)) + "=" + String(value) }
            guard scalar == "\\" else {
                value.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "n": value.append("\n")
            case "\\": value.append("\\")
            case "\"": value.append("\"")
            default: return nil
            }
        }
        return nil
    }
}
