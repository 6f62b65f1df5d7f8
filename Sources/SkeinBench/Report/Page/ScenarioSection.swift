/// All runs of one scenario, from all reports: what is compared with each other.
struct ScenarioSection {
    /// Colours that the page's style sheet has.
    static let colors = 8

    let name: String
    let runs: [ScenarioRun]

    /// In the order in which the scenarios first appear.
    static func sections(of reports: [LabelledReport]) -> [Self] {
        let all = reports.flatMap { labelled in labelled.report.scenarios.map { (labelled.label, $0) } }
        var names: [String] = []
        for (_, scenario) in all where !names.contains(scenario.name) { names.append(scenario.name) }
        return names.map { name in Self(name: name, entries: all.filter { $0.1.name == name }) }
    }

    private init(name: String, entries: [(label: String, scenario: ScenarioReport)]) {
        self.name = name
        let labels = Self.labels(of: entries)
        self.runs = zip(labels, entries).enumerated().map { index, pair in
            ScenarioRun(label: pair.0, color: index % Self.colors, scenario: pair.1.scenario)
        }
    }

    /// What tells the runs apart: the report if there are several, the parameters that differ, and a number where that
    /// is not enough.
    private static func labels(of entries: [(label: String, scenario: ScenarioReport)]) -> [String] {
        guard entries.count > 1 else { return [""] }
        let fromSeveral = Set(entries.map(\.label)).count > 1
        let differing = self.differingParameters(of: entries.map(\.scenario))
        let labels = entries.map { entry in
            // Runs of different reports are told apart by these, unless one report has the scenario twice.
            let isAlone = entries.count { $0.label == entry.label } == 1
            let parameters =
                fromSeveral && isAlone ? [] : entry.scenario.parameters.filter { differing.contains($0.name) }
            return ((fromSeveral ? [entry.label] : []) + parameters.map { "\($0.name) \($0.value)" })
                .joined(separator: ", ")
        }
        var seen: [String: Int] = [:]
        return labels.map { label in
            let number = seen[label, default: 0] + 1
            seen[label] = number
            let isUnique = labels.count { $0 == label } == 1
            return isUnique ? label : label.isEmpty ? "run \(number)" : "\(label), run \(number)"
        }
    }

    private static func differingParameters(of scenarios: [ScenarioReport]) -> Set<String> {
        let names = Set(scenarios.flatMap { $0.parameters.map(\.name) })
        return names.filter { name in
            Set(scenarios.map { scenario in scenario.parameters.first { $0.name == name }?.value }).count > 1
        }
    }
}
