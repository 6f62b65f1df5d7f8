extension ScenarioSection {
    /// A column for each run, a row for each figure.
    var figures: String {
        let head = [""] + self.runs.map { $0.label.isEmpty ? "value" : $0.label }
        let latencies = Self.union(self.runs.map { $0.scenario.latencies.map(\.name) }).map(self.latencyRows)
        let groups =
            [self.parameterRows, self.factRows(.headline)] + latencies + [
                self.factRows(.count), self.factRows(.server, prefix: "server "),
                self.factRows(.client, prefix: "client "),
            ]
        return HTML.table(head: head, groups: groups)
    }

    private var parameterRows: [[HTML.Cell]] {
        let parameters = self.runs.map(\.scenario.parameters)
        let measured = self.runs.map { HTML.Cell(text: ReportFormat.seconds($0.scenario.seconds)) }
        return Self.union(parameters.map { $0.map(\.name) }).map { name in
            [HTML.Cell(text: name)]
                + parameters.map { list in HTML.Cell(text: list.first { $0.name == name }?.value ?? "–") }
        } + [[HTML.Cell(text: "measured")] + measured]
    }

    private func factRows(_ kind: ScenarioFact.Kind, prefix: String = "") -> [[HTML.Cell]] {
        let facts = self.runs.map { $0.scenario.facts.filter { $0.kind == kind } }
        return Self.union(facts.map { $0.map(\.name) }).map { name in
            [HTML.Cell(text: prefix + name)]
                + facts.map { list in
                    guard let fact = list.first(where: { $0.name == name }) else { return HTML.Cell(text: "–") }
                    return HTML.Cell(text: fact.value, isAlarming: fact.isAlarming)
                }
        }
    }

    private func latencyRows(_ name: String) -> [[HTML.Cell]] {
        let columns: [(String, KeyPath<LatencyReport, Double>)] = [
            ("p50", \.p50), ("p90", \.p90), ("p99", \.p99), ("p99.9", \.p999), ("max", \.max),
            ("mean", \.meanMicroseconds),
        ]
        let latencies = self.runs.map { run in run.scenario.latencies.first { $0.name == name } }
        func row(_ title: String, _ text: (LatencyReport) -> String) -> [HTML.Cell] {
            [HTML.Cell(text: "\(name) \(title)")] + latencies.map { HTML.Cell(text: $0.map(text) ?? "–") }
        }
        let times = columns.map { title, path in
            row(title) { $0.count > 0 ? ReportFormat.duration(microseconds: $0[keyPath: path]) : "–" }
        }
        let count = row("values") { ReportFormat.grouped($0.count) }
        return times + [count, row("counted from") { $0.corrected ? "intended time" : "start" }]
    }

    /// All names, each once, in the order in which they first appear.
    static func union(_ lists: [[String]]) -> [String] {
        var names: [String] = []
        for name in lists.joined() where !names.contains(name) { names.append(name) }
        return names
    }
}
