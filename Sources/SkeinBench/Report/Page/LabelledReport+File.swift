extension LabelledReport {
    /// Reads `report.json`, which is then called `report`, or `name=report.json`. Blocks.
    ///
    /// - Parameter argument: a file whose own name has an equals sign needs a folder in front: `./a=b.json`.
    /// - Throws: what ``BenchmarkReport/init(path:)`` throws.
    public init(argument: String) throws(ReportError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, !parts[0].contains("/"), !parts[0].isEmpty {
            self.init(label: String(parts[0]), report: try BenchmarkReport(path: String(parts[1])))
        } else {
            self.init(label: Self.stem(argument), report: try BenchmarkReport(path: argument))
        }
    }

    /// A file's name without folders and without `.json`.
    static func stem(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard name.hasSuffix(".json"), name.count > 5 else { return name == "-" ? "standard input" : name }
        return String(name.dropLast(5))
    }
}
