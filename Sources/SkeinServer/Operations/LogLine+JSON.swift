import Logging

extension LogLine {
    /// `{"time":…,"level":…,"label":…,"message":…,"metadata":{…}}`; without metadata, no such member. Metadata
    /// is an object of its own, so that no key can stand in for the time or the level.
    var json: String {
        var line = "{\"time\":\"\(self.time.text)\",\"level\":\"\(self.level.rawValue)\",\"label\":"
        Self.appendString(self.label, to: &line)
        line += ",\"message\":"
        Self.appendString(self.message, to: &line)
        if !self.metadata.isEmpty {
            line += ",\"metadata\":"
            Self.append(self.metadata, to: &line)
        }
        return line + "}"
    }

    private static func append(_ metadata: Logger.Metadata, to line: inout String) {
        line += "{"
        for (index, (key, value)) in Self.visible(metadata).enumerated() {
            if index > 0 { line += "," }
            Self.appendString(key, to: &line)
            line += ":"
            Self.append(value, to: &line)
        }
        line += "}"
    }

    private static func append(_ value: Logger.MetadataValue, to line: inout String) {
        switch value {
        case .string(let text): Self.appendString(text, to: &line)
        case .stringConvertible(let other): Self.appendString(other.description, to: &line)
        case .dictionary(let pairs): Self.append(pairs, to: &line)
        case .array(let items):
            line += "["
            for (index, item) in items.enumerated() {
                if index > 0 { line += "," }
                Self.append(item, to: &line)
            }
            line += "]"
        }
    }

    /// The escapes of text lines are those of JSON (RFC 8259 section 7); only the quotation mark is added.
    private static func appendString(_ text: String, to line: inout String) {
        line += "\""
        for scalar in text.unicodeScalars where !Self.escape(scalar, into: &line) {
            if scalar == "\"" { line += "\\" }
            line.unicodeScalars.append(scalar)
        }
        line += "\""
    }
}
