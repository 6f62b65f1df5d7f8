/// Pieces of HTML. All text and all attribute values of a page go through ``escape(_:)``.
enum HTML {
    /// Text that means itself, as content and in quoted attributes.
    static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            // A zero ends text in no HTML parser the same way.
            case "\0": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// A table that scrolls sideways where it does not fit: the first column names the rows.
    ///
    /// - Parameter groups: rows of cells that are text, and escaped here; groups are set apart.
    static func table(head: [String], groups: [[[Cell]]]) -> String {
        let columns = head.map { "<th scope=\"col\">\(self.escape($0))</th>" }.joined()
        let bodies = groups.filter { !$0.isEmpty }.map { rows in
            "<tbody>\n\(rows.map(self.row).joined(separator: "\n"))\n</tbody>"
        }
        return """
            <div class="scroll" tabindex="0"><table>
            <thead><tr>\(columns)</tr></thead>
            \(bodies.joined(separator: "\n"))
            </table></div>
            """
    }

    private static func row(_ cells: [Cell]) -> String {
        let texts = cells.enumerated().map { index, cell in
            let style = cell.isAlarming ? " class=\"alarming\"" : ""
            return index == 0
                ? "<th scope=\"row\"\(style)>\(self.escape(cell.text))</th>"
                : "<td\(style)>\(self.escape(cell.text))</td>"
        }
        return "<tr>\(texts.joined())</tr>"
    }

    /// The text of a table's cell.
    struct Cell: Equatable {
        let text: String
        var isAlarming = false
    }
}
