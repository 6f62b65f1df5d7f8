/// A long line broken between its pieces, never within one: a figure stays with its name.
struct WrappedLine {
    /// Columns of a line; reports are read in narrow windows and pasted into messages.
    static let width = 100

    /// In front of the first line.
    let head: String
    let pieces: [String]

    /// Further lines begin below the first piece.
    var lines: [String] {
        var lines = [self.head]
        let indent = String(repeating: " ", count: self.head.count)
        var isAtStart = true
        for piece in self.pieces {
            let line = lines[lines.count - 1]
            if isAtStart {
                lines[lines.count - 1] = line + piece
            } else if line.count + 1 + piece.count <= Self.width {
                lines[lines.count - 1] = "\(line) \(piece)"
            } else {
                lines.append(indent + piece)
            }
            isAtStart = false
        }
        return lines
    }

    init(head: String, pieces: [String]) {
        self.head = head
        self.pieces = pieces
    }

    /// A sentence, broken between its words.
    init(head: String, text: String) {
        self.init(head: head, pieces: text.split(separator: " ").map(String.init))
    }

    /// A list: every piece but the last has the separator behind it.
    init(head: String, list: [String], separator: String) {
        self.init(head: head, pieces: list.dropLast().map { $0 + separator } + list.suffix(1))
    }
}
