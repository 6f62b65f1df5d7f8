import ArgumentParser
import SkeinBench

/// `skein bench page`: reports of several runs side by side.
struct BenchPage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "page",
        abstract: "Make one HTML page of JSON reports, to compare them.",
        discussion: """
            Runs of the same scenario share a table and plots. A run is called as its file, without the ending, or as \
            you say: before=monday.json.
            """
    )

    @Argument(help: ArgumentHelp("A file that --json wrote, or - for standard input.", valueName: "[name=]report.json"))
    var reports: [String]

    @Option(name: .shortAndLong, help: ArgumentHelp("The page; - is standard output.", valueName: "file"))
    var output = "-"

    @Option(help: "The page's heading.")
    var title = "skein bench"

    func run() throws {
        try BenchmarkOutput.check(json: nil, html: self.output)
        let reports = try self.reports.map(LabelledReport.init(argument:))
        try BenchmarkOutput.write(ReportPage(title: self.title, reports: reports).html, to: self.output)
    }
}
