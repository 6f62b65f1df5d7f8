/// Rows with columns of even width: the first to the left, the others to the right.
struct AlignedRows {
    private var rows: [[String]] = []

    mutating func append(_ row: [String]) {
        self.rows.append(row)
    }

    /// One line for each row, without spaces at their ends.
    var lines: [String] {
        let columns = self.rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            self.rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return self.rows.map { row in
            var line = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + space : space + row[column]
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
