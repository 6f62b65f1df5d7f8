/// A report as plain text for a terminal.
///
/// For each scenario: what was asked for, the figures that are wanted first, latencies, counts, and what makes all this
/// doubtful.
public struct ReportTable: Sendable {
    private let report: BenchmarkReport

    public init(_ report: BenchmarkReport) {
        self.report = report
    }

    /// With a line break at the end.
    public var text: String {
        let head = ["\(self.report.tool) against \(self.report.target)", self.report.machine.summary]
        let sections = self.report.scenarios.map(Self.lines)
        return ([head] + sections).map { Self.visible($0).joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private static func lines(of scenario: ScenarioReport) -> [String] {
        let parameters = scenario.parameters.map { "\($0.name) \($0.value)" }
        let title = "\(scenario.name), \(ReportFormat.seconds(scenario.seconds))"
        let groups = [
            [title] + (parameters.isEmpty ? [] : WrappedLine(head: "  ", list: parameters, separator: ";").lines),
            self.headlines(of: scenario),
            self.latencies(of: scenario),
            self.rest(of: scenario),
            scenario.warnings.flatMap { WrappedLine(head: "warning: ", text: $0).lines },
        ]
        return Array(groups.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private static func headlines(of scenario: ScenarioReport) -> [String] {
        let facts = scenario.facts.filter { $0.kind == .headline }
        let width = facts.map(\.name.count).max() ?? 0
        // Numbers are set to the right, their units to the left.
        let values = facts.map { $0.value.split(separator: " ", maxSplits: 1).map(String.init) }
        let digits = values.compactMap(\.first?.count).max() ?? 0
        return zip(facts, values).map { fact, value in
            let number = value.first ?? ""
            let space = String(repeating: " ", count: width - fact.name.count + 2 + digits - number.count)
            return "  \(fact.name)\(space)\(value.joined(separator: " "))"
        }
    }

    private static func latencies(of scenario: ScenarioReport) -> [String] {
        guard !scenario.latencies.isEmpty else { return [] }
        var rows = AlignedRows()
        rows.append(["latency", "p50", "p90", "p99", "p99.9", "max", "mean", "count", "from"])
        for latency in scenario.latencies {
            let values = [
                latency.p50, latency.p90, latency.p99, latency.p999, latency.max, latency.meanMicroseconds,
            ]
            let texts = values.map { latency.count > 0 ? ReportFormat.duration(microseconds: $0) : "–" }
            let end = [ReportFormat.grouped(latency.count), latency.corrected ? "intended time" : "start"]
            rows.append([latency.name] + texts + end)
        }
        let remark = scenario.closedLoopRemark.map { WrappedLine(head: "  ", text: $0).lines }
        return rows.lines.map { "  \($0)" } + (remark ?? [])
    }

    /// Each kind of the other facts in lines of its own.
    private static func rest(of scenario: ScenarioReport) -> [String] {
        let kinds: [(ScenarioFact.Kind, String)] = [(.count, "counts"), (.server, "server"), (.client, "client")]
        return kinds.flatMap { kind, title in
            let facts = scenario.facts.filter { $0.kind == kind }.map { "\($0.name) \($0.value)" }
            return facts.isEmpty ? [] : WrappedLine(head: "  \(title)  ", list: facts, separator: ",").lines
        }
    }

    /// Names and sentences may come from a file, and a file must not write to the terminal's controls.
    private static func visible(_ lines: [String]) -> [String] {
        lines.map { line in
            String(
                String.UnicodeScalarView(
                    line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }
                )
            )
        }
    }
}
