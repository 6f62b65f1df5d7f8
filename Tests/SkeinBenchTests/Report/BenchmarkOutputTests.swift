import Foundation
import Testing

@testable import SkeinBench

@Suite struct BenchmarkOutputTests {
    /// A folder of its own, removed with the test.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "/" + UUID().uuidString

        init() throws { try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: self.path) }
    }

    private let folder: Folder

    init() throws { self.folder = try Folder() }

    @Test func aReportThatWasWrittenIsRead() throws {
        let path = self.folder.path + "/a b%20c.json"
        try BenchmarkOutput.write(String(decoding: ReportJSON.encode(.sample()), as: UTF8.self), to: path)
        #expect(try BenchmarkReport(path: path) == .sample())
        let labelled = try LabelledReport(argument: path)
        #expect(labelled.label == "a b%20c")
        #expect(try LabelledReport(argument: "before=\(path)").label == "before")
    }

    @Test func aShorterFileReplacesALongerOne() throws {
        let path = self.folder.path + "/page.html"
        try BenchmarkOutput.write("longer", to: path)
        try BenchmarkOutput.write("short", to: path)
        #expect(FileManager.default.contents(atPath: path) == Data("short".utf8))
    }

    @Test func whatWouldFailLaterIsSaidBefore() throws {
        #expect(throws: Never.self) { try BenchmarkOutput.check(json: "-", html: self.folder.path + "/new.html") }
        #expect(throws: Never.self) { try BenchmarkOutput.check(json: "new.json", html: nil) }
        #expect(throws: Never.self) { try BenchmarkOutput.check(json: nil, html: nil) }
        let missing = self.folder.path + "/missing/a.json"
        for (json, html) in [("-", "-"), (self.folder.path, nil), (missing, nil), (nil, missing)]
            as [(String?, String?)]
        {
            #expect { try BenchmarkOutput.check(json: json, html: html) } throws: {
                ($0 as? ReportError)?.code == .unwritable
            }
        }
    }

    @Test func aFileThatCannotBeWrittenIsNamed() {
        let missing = self.folder.path + "/missing/a.html"
        #expect { try BenchmarkOutput.write("x", to: missing) } throws: { error in
            "\(error)".hasPrefix("\(missing): ") && !"\(error)".contains("Error Domain")
        }
    }

    @Test func aFileThatIsNotThereIsNamed() {
        #expect { try BenchmarkReport(path: "nowhere.json") } throws: { "\($0)" == "nowhere.json: cannot be read" }
    }

    @Test(arguments: [
        ("a/b/c.json", "c"), ("c", "c"), (".json", ".json"), ("-", "standard input"), ("c.json.txt", "c.json.txt"),
    ])
    func aReportIsCalledAsItsFile(path: String, label: String) {
        #expect(LabelledReport.stem(path) == label)
    }
}
