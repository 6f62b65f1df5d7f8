/// One scenario of one report, with the label and the colour that it has in its section of the page.
struct ScenarioRun {
    /// Empty if it is the only one in its section.
    let label: String
    let color: Int
    let scenario: ScenarioReport
}
