extension ConfigurationKind {
    /// The text of a value, in the largest unit that divides it; ``parse(_:)`` reads it back. A list is joined by
    /// commas.
    public func render(_ value: ConfigurationValue) -> String {
        switch value {
        case .duration(let duration): return Self.duration(duration)
        case .integer(let number):
            if case .size = self { return Self.size(number) }
            return String(number)
        case .boolean(let flag): return flag ? "true" : "false"
        case .text(let text): return text
        case .list(let items): return items.joined(separator: ",")
        }
    }

    static func size(_ bytes: Int) -> String {
        for (unit, factor) in Self.sizeUnits where bytes != 0 && bytes.isMultiple(of: factor) {
            return "\(bytes / factor)\(unit)"
        }
        return "\(bytes)B"
    }

    private static func duration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        guard attoseconds == 0 else {
            return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms"
        }
        for (unit, milliseconds) in Self.durationUnits where milliseconds >= 1000 && seconds != 0 {
            let factor = Int64(milliseconds / 1000)
            if seconds.isMultiple(of: factor) { return "\(seconds / factor)\(unit)" }
        }
        return "\(seconds)s"
    }

    /// Units of durations in milliseconds, largest first.
    static let durationUnits: [(unit: String, milliseconds: Int)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Units of sizes in bytes, largest first.
    static let sizeUnits: [(unit: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]
}
