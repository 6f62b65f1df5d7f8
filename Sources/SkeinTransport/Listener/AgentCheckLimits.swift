/// What the connections of an agent port are bound by. Load balancers ask now and then, with one short connection each.
struct AgentCheckLimits: Sendable {
    /// How many may be open at once; others are closed without an answer.
    var connections = 64
    /// From accepting to the end of the connection.
    var deadline: Duration = .seconds(1)
}
