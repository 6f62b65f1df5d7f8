/// Names that follow the conventions: `skein_` in front, letters, digits, underscores and colons, and the unit or
/// `_total` at the end.
enum MetricName {
    static func exposed(_ label: String, suffix: String = "") -> String {
        let name = Self.sanitized(label)
        let prefixed = name.hasPrefix("skein_") ? name : "skein_" + name
        return prefixed.hasSuffix(suffix) ? prefixed : prefixed + suffix
    }

    /// Replaces what a name may not contain by `_`.
    static func sanitized(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_", ":": name.unicodeScalars.append(scalar)
            case "0"..."9":
                if name.isEmpty { name = "_" }
                name.unicodeScalars.append(scalar)
            default: name += "_"
            }
        }
        return name.isEmpty ? "_" : name
    }

    /// A sample value; the format knows `NaN`, `+Inf` and `-Inf`.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }
}
