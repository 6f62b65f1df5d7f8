/// Rows with columns of even width, for people.
struct TextTable {
    private var rows: [[String]]
    private let numeric: Set<Int>

    /// `numeric` columns are set to the right.
    init(head: [String], numeric: Set<Int> = []) {
        self.rows = [head]
        self.numeric = numeric
    }

    mutating func append(_ row: [String]) {
        self.rows.append(row)
    }

    /// With a line break at the end of every row.
    var text: String {
        let widths = (self.rows.first ?? []).indices.map { column in
            self.rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return self.rows.map { row in
            var line = zip(row.indices, row).map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return self.numeric.contains(column) ? space + text : text + space
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// A share of 0 to 1 as `12.3 %`.
    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
