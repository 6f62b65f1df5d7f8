import FoundationEssentials

/// Reports as one HTML file that needs nothing else: no script, no font, no connection.
///
/// Scenarios of the same name share a section, with a column in its table and a line in its plots for each run.
public struct ReportPage: Sendable {
    private let title: String
    private let reports: [LabelledReport]

    /// - Parameters:
    ///   - title: the page's heading.
    ///   - reports: in the order of their columns.
    public init(title: String = "skein bench", reports: [LabelledReport]) {
        self.title = title
        self.reports = reports
    }

    /// The whole file.
    public var html: String {
        let sections = ScenarioSection.sections(of: self.reports)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(HTML.escape(self.title))</title>
            <style>
            \(ReportStyle.css)
            </style>
            </head>
            <body>
            <header>
            <h1>\(HTML.escape(self.title))</h1>
            <div class="origins">
            \(self.reports.map(self.origin).joined(separator: "\n"))
            </div>
            \(self.navigation(sections))
            </header>
            <main>
            \(sections.enumerated().map { self.section($0, $1) }.joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    private static let timestamp = Date.ISO8601FormatStyle(dateTimeSeparator: .space)
        .year().month().day().time(includingFractionalSeconds: false)

    /// Where the figures of a report come from.
    private func origin(_ labelled: LabelledReport) -> String {
        let report = labelled.report
        let facts = [
            ("Date", "\(report.date.formatted(Self.timestamp)) UTC"),
            ("Server", report.target),
            ("Measured with", report.tool),
            ("Machine", report.machine.summary),
        ]
        let items = facts.map { "<div><dt>\($0)</dt><dd>\(HTML.escape($1))</dd></div>" }.joined()
        let heading = self.reports.count > 1 ? "<h2>\(HTML.escape(labelled.label))</h2>" : ""
        let command = report.command.joined(separator: " ")
        return """
            <div class="origin">\(heading)<dl>\(items)</dl>\
            \(command.isEmpty ? "" : "<pre tabindex=\"0\"><code>\(HTML.escape(command))</code></pre>")</div>
            """
    }

    private func navigation(_ sections: [ScenarioSection]) -> String {
        guard sections.count > 2 else { return "" }
        let links = sections.enumerated().map { "<a href=\"#scenario-\($0)\">\(HTML.escape($1.name))</a>" }
        return "<nav>\(links.joined(separator: " "))</nav>"
    }

    private func section(_ index: Int, _ section: ScenarioSection) -> String {
        let plots = section.plots
        let figures = plots.map { self.figure($0) }.joined(separator: "\n")
        let numbers = plots.map { self.numbers($0) }.joined(separator: "\n")
        let details =
            plots.isEmpty ? "" : "<details><summary>The numbers of the plots</summary>\n\(numbers)\n</details>"
        return """
            <section id="scenario-\(index)">
            <h2>\(HTML.escape(section.name))</h2>
            \(self.warnings(of: section))
            <div class="results">
            \(section.figures)
            <div class="plots">
            \(figures)
            </div>
            </div>
            \(self.closedLoopRemark(of: section))
            \(details)
            </section>
            """
    }
}
