import Testing

@testable import SkeinBench

@Suite struct ReportPageTests {
    private static func page(_ scenarios: [ScenarioReport], title: String = "t") -> String {
        ReportPage(title: title, reports: [LabelledReport(label: "a", report: .sample(scenarios: scenarios))]).html
    }

    @Test func aPageNeedsNothingElse() {
        let page = Self.page([.fanout])
        for part in ["<script", "<link", "<img", "url(", "@import", "src="] { #expect(!page.contains(part), "\(part)") }
        #expect(page.contains("default-src 'none'"))
        #expect(page.hasPrefix("<!DOCTYPE html>"))
    }

    @Test func allTextIsEscaped() {
        let evil = "<i>&\"'"
        var scenario = ScenarioReport.fanout
        scenario.name = evil
        scenario.parameters = [.init(name: evil, value: evil)]
        scenario.rates = [.init(name: evil, perSecond: 1)]
        scenario.latencies[0].name = evil
        scenario.warnings = [evil]
        var report = BenchmarkReport.sample(scenarios: [scenario, scenario, .empty, .fanout])
        report.tool = evil
        report.target = evil
        report.command = [evil]
        report.machine.processor = evil
        report.machine.kernel = evil
        let labelled = [LabelledReport(label: evil, report: report), LabelledReport(label: "b", report: report)]
        let page = ReportPage(title: evil, reports: labelled).html
        #expect(!page.contains("<i>"))
        #expect(!page.contains(evil.dropFirst(3)))
        #expect(page.contains("&lt;i&gt;&amp;&quot;&#39;"))
    }

    @Test func aTitleReachesThePageOnce() {
        #expect(Self.page([], title: "Monday & Tuesday").contains("<h1>Monday &amp; Tuesday</h1>"))
    }

    @Test func figuresAreInTheTableAndTheirOrderIsThatOfTheRuns() {
        let page = Self.page([.fanout, .fanout(inFlight: "16")])
        #expect(page.contains("<th scope=\"row\">in flight</th><td>1</td><td>16</td>"))
        #expect(page.contains("<th scope=\"row\">delivery p99</th><td>11.2 ms</td><td>11.2 ms</td>"))
        #expect(page.contains("<th scope=\"row\">lost</th><td class=\"alarming\">1</td>"))
        #expect(page.contains("<li><strong>in flight 16:</strong> 1 delivery was lost.</li>"))
    }

    @Test func whatARunDoesNotHaveIsADash() {
        var other = ScenarioReport.fanout
        other.latencies = []
        other.server = nil
        let page = Self.page([.fanout, other])
        #expect(page.contains("<th scope=\"row\">delivery p50</th><td>3.10 ms</td><td>–</td>"))
        #expect(page.contains("<th scope=\"row\">server user</th><td>2.10 s</td><td>–</td>"))
    }

    @Test func theNumbersOfThePlotsAreThere() {
        #expect(Self.page([.fanout]).contains("<th scope=\"row\">99.9 %</th><td>23.4 ms</td>"))
    }

    @Test func aDamagedFileIsAPage() {
        var scenario = ScenarioReport.fanout
        scenario.seconds = -1
        scenario.samples[0].connections = .max
        scenario.samples[0].deliveredPerSecond = 1e300
        scenario.samples[1].deliveredPerSecond = -1e300
        scenario.samples[1].serverResidentBytes = .min
        scenario.latencies[0].count = .max
        scenario.latencies[0].p50 = 1e308
        scenario.latencies[0].curve = [
            .init(percentile: -5, microseconds: -1), .init(percentile: 1e9, microseconds: 0),
        ]
        scenario.counts?.published = .min
        let report = BenchmarkReport.sample(scenarios: [scenario])
        #expect(ReportPage(reports: [LabelledReport(label: "", report: report)]).html.hasSuffix("</html>\n"))
        #expect(ReportTable(report).text.hasSuffix("\n"))
    }

    @Test func aReportWithoutScenariosIsAPage() {
        #expect(Self.page([]).hasSuffix("</html>\n"))
        #expect(ReportPage(reports: []).html.hasSuffix("</html>\n"))
    }

    @Test func escapingKeepsWhatMeansNothing() {
        #expect(HTML.escape("µ – ü 🙂 a\u{301}") == "µ – ü 🙂 a\u{301}")
        #expect(HTML.escape("a\0b") == "a\u{FFFD}b")
        // A combining mark does not hide the sign before it.
        #expect(HTML.escape("<\u{338}").unicodeScalars.first == "&")
    }
}
