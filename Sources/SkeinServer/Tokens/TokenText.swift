/// Writes the JSON of tokens. Values come as JSON already, so that claims which are JSON are signed as they are.
enum TokenText {
    /// An object of the members that have a value.
    static func object(_ members: [(name: String, json: String?)]) -> String {
        let written = members.compactMap { member in member.json.map { "\(Self.quoted(member.name)):\($0)" } }
        return "{" + written.joined(separator: ",") + "}"
    }

    /// An array of strings.
    static func array(_ strings: [String]) -> String {
        "[" + strings.map(Self.quoted).joined(separator: ",") + "]"
    }

    /// A string in quotes, with the escapes that RFC 8259 section 7 demands.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += #"\""#
            case "\\": quoted += #"\\"#
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                quoted += #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
