import Foundation

extension BenchmarkReport {
    /// Reads a report that `--json` wrote. Blocks.
    ///
    /// - Parameter path: `-` is standard input.
    /// - Throws: `unreadable`, and what ``ReportJSON/decode(_:name:)`` throws.
    public init(path: String) throws(ReportError) {
        let data: Data?
        if path == "-" {
            data = try? FileHandle.standardInput.readToEnd()
        } else {
            data = FileManager.default.contents(atPath: path)
        }
        guard let data else { throw ReportError(.unreadable, "\(path): cannot be read") }
        self = try ReportJSON.decode(data, name: path == "-" ? "standard input" : path)
    }
}
