import Foundation

/// Where a report goes. Called from one place at the end of a run; blocks while it writes.
public enum BenchmarkOutput {
    /// Finds out before a long run what would fail after it.
    ///
    /// - Throws: `unwritable` if both outputs are standard output, or a file's folder is not there or not writable.
    public static func check(json: String?, html: String?) throws(ReportError) {
        guard json != "-" || html != "-" else {
            throw ReportError(
                .unwritable,
                "JSON and HTML cannot both go to standard output: name a file for one of them"
            )
        }
        for path in [json, html].compactMap(\.self) where path != "-" {
            let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
                guard !isFolder.boolValue else { throw ReportError(.unwritable, "\(path): a folder, not a file") }
                guard FileManager.default.isWritableFile(atPath: path) else {
                    throw ReportError(.unwritable, "\(path): not writable")
                }
            } else {
                guard FileManager.default.isWritableFile(atPath: folder) else {
                    throw ReportError(.unwritable, "\(path): \(folder) is not there, or not writable")
                }
            }
        }
    }

    /// Prints the table, and writes the files that are asked for; `-` is standard output.
    ///
    /// The table goes to standard output too, but to standard error if one of the others is there. It comes first, so
    /// that nothing is lost if a file cannot be written.
    ///
    /// - Throws: `unwritable` with the file's name, and what ``ReportJSON/encode(_:)`` throws.
    public static func write(_ report: BenchmarkReport, json: String? = nil, html: String? = nil) throws(ReportError) {
        let table = Data(ReportTable(report).text.utf8)
        try self.write(table, to: json == "-" || html == "-" ? FileHandle.standardError : FileHandle.standardOutput)
        if let json { try self.write(ReportJSON.encode(report), to: json) }
        if let html {
            let page = ReportPage(reports: [LabelledReport(label: report.tool, report: report)])
            try self.write(Data(page.html.utf8), to: html)
        }
    }

    /// - Parameter path: `-` is standard output. An existing file is overwritten in place, so a pipe's name works too.
    /// - Throws: `unwritable` with the file's name.
    public static func write(_ text: String, to path: String) throws(ReportError) {
        try self.write(Data(text.utf8), to: path)
    }

    private static func write(_ data: Data, to path: String) throws(ReportError) {
        guard path != "-" else { return try self.write(data, to: FileHandle.standardOutput) }
        do {
            try data.write(to: URL(filePath: path))
        } catch {
            throw ReportError(.unwritable, "\(path): \(Self.reason(of: error))")
        }
    }

    private static func write(_ data: Data, to handle: FileHandle) throws(ReportError) {
        do {
            try handle.write(contentsOf: data)
        } catch {
            throw ReportError(.unwritable, "The terminal or pipe does not take the output: \(Self.reason(of: error))")
        }
    }

    private static func reason(of error: any Error) -> String {
        ((error as? CocoaError)?.underlying ?? error).localizedDescription
    }
}
