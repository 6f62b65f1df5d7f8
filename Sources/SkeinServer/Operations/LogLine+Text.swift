import Logging

extension LogLine {
    /// `2026-01-31T23:59:59.999Z info skein.server Listening address=127.0.0.1 port=8000`.
    var text: String {
        var line = "\(self.time.text) \(self.level.rawValue) "
        Self.append(self.label, to: &line)
        line += " "
        Self.append(self.message, to: &line)
        for (key, value) in Self.visible(self.metadata) {
            line += " "
            line += Self.key(key)
            line += "="
            Self.appendQuoted(Self.plain(value), to: &line)
        }
        return line
    }

    private static func append(_ text: String, to line: inout String) {
        for scalar in text.unicodeScalars where !Self.escape(scalar, into: &line) {
            line.unicodeScalars.append(scalar)
        }
    }

    /// Bare when no reader could mistake it for something else.
    private static func appendQuoted(_ text: String, to line: inout String) {
        let isBare = !text.isEmpty && text.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && $0 != "=" }
        if isBare { return Self.append(text, to: &line) }
        line += "\""
        for scalar in text.unicodeScalars where !Self.escape(scalar, into: &line) {
            if scalar == "\"" { line += "\\" }
            line.unicodeScalars.append(scalar)
        }
        line += "\""
    }

    private static func key(_ key: String) -> String {
        let safe = key.unicodeScalars.map { scalar -> Character in
            let isSafe = scalar.isASCII && scalar.value > 0x20 && scalar.value < 0x7F
            return isSafe && scalar != "=" && scalar != "\"" && scalar != "\\" ? Character(scalar) : "_"
        }
        return safe.isEmpty ? "_" : String(safe)
    }

    private static func plain(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): text
        case .stringConvertible(let other): other.description
        case .array(let items): "[" + items.map(Self.plain).joined(separator: ", ") + "]"
        case .dictionary(let pairs):
            "{" + Self.visible(pairs).map { "\(Self.key($0.key)): \(Self.plain($0.value))" }.joined(separator: ", ")
                + "}"
        }
    }
}
