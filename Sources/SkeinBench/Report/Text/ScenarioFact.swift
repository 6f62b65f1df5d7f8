/// One figure of a scenario, ready to show. The table and the page show the same facts in the same order.
struct ScenarioFact: Equatable {
    /// Where it belongs.
    enum Kind: Equatable {
        /// What a person wants first.
        case headline
        /// What became of the publications.
        case count
        /// What the server used beyond the headlines.
        case server
        /// How busy the load generator was.
        case client
    }

    let kind: Kind
    let name: String
    let value: String
    /// Whether it calls the other figures into question.
    var isAlarming = false
}
