import Logging

/// One line of the log, on its way from a handler to bytes.
///
/// Much of what is logged was chosen by a client: channel names, origins, reasons. Whatever it is, it stays within
/// its line and within its quotes: control characters, line separators and escape sequences are written as escapes,
/// in messages, labels, keys and values.
struct LogLine {
    let time: WallClock
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: Logger.Metadata

    /// The line with its line break.
    func bytes(as format: LogFormat) -> [UInt8] {
        var line: String
        switch format {
        case .text: line = self.text
        case .json: line = self.json
        }
        line.append("\n")
        return Array(line.utf8)
    }

    /// Pairs in the order of their keys, with hidden values replaced.
    static func visible(_ metadata: Logger.Metadata) -> [(key: String, value: Logger.MetadataValue)] {
        metadata.sorted { $0.key < $1.key }.map { key, value in
            (key, LogRedaction.hides(key) ? .string(Secret.placeholder) : value)
        }
    }

    /// Writes a scalar as an escape sequence when it could end a line, steer a terminal or turn the direction of text.
    /// False when it is harmless, and nothing is written.
    static func escape(_ scalar: Unicode.Scalar, into text: inout String) -> Bool {
        switch scalar.value {
        case 0x0A: text += "\\n"
        case 0x0D: text += "\\r"
        case 0x09: text += "\\t"
        case 0x5C: text += "\\\\"
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: return false
        }
        return true
    }
}
