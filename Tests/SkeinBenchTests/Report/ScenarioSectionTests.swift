import Testing

@testable import SkeinBench

@Suite struct ScenarioSectionTests {
    private static func labels(_ reports: [(String, [ScenarioReport])]) -> [[String]] {
        let labelled = reports.map { LabelledReport(label: $0, report: .sample(scenarios: $1)) }
        return ScenarioSection.sections(of: labelled).map { $0.runs.map(\.label) }
    }

    @Test func aSingleRunNeedsNoLabel() {
        #expect(Self.labels([("a", [.fanout, .empty])]) == [[""], [""]])
    }

    @Test func runsOfSeveralReportsAreCalledAsTheirReports() {
        #expect(Self.labels([("a", [.fanout]), ("b", [.fanout(inFlight: "16")])]) == [["a", "b"]])
    }

    @Test func runsOfOneReportAreCalledAsWhatDiffers() {
        #expect(Self.labels([("a", [.fanout, .fanout(inFlight: "16")])]) == [["in flight 1", "in flight 16"]])
    }

    @Test func onlyTheReportThatHasAScenarioTwiceNeedsParameters() {
        let labels = Self.labels([("a", [.fanout, .fanout(inFlight: "16")]), ("b", [.fanout])])
        #expect(labels == [["a, in flight 1", "a, in flight 16", "b"]])
    }

    @Test func equalRunsAreNumbered() {
        #expect(Self.labels([("a", [.fanout, .fanout])]) == [["run 1", "run 2"]])
        #expect(Self.labels([("a", [.fanout, .fanout]), ("b", [.fanout])]) == [["a, run 1", "a, run 2", "b"]])
    }

    @Test func scenariosKeepTheirOrderAndColoursStartAgain() {
        let report = LabelledReport(
            label: "a",
            report: .sample(scenarios: [.empty] + Array(repeating: .fanout, count: 9))
        )
        let sections = ScenarioSection.sections(of: [report])
        #expect(sections.map(\.name) == ["idle", "fanout"])
        #expect(sections[1].runs.map(\.color) == [0, 1, 2, 3, 4, 5, 6, 7, 0])
    }

    @Test func aPlotIsThereForWhatWasMeasured() {
        let sections = ScenarioSection.sections(of: [
            LabelledReport(label: "a", report: .sample(scenarios: [.fanout, .empty]))
        ])
        let titles = [
            "Delivery latency by percentile", "Deliveries per second", "Open connections", "Server CPU in cores",
            "Server memory over connections",
        ]
        #expect(sections.map { $0.plots.map(\.title) } == [titles, []])
    }
}
