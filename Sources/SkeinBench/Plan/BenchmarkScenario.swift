/// What a run does; the names are those of the sub-commands and of the reports.
public enum BenchmarkScenario: String, Sendable, Codable, CaseIterable {
    /// One channel, many subscribers.
    case fanout
    /// Fan-out in bursts: many publications at once, then a pause.
    case burst
    /// Many channels with one subscriber each.
    case unicast
    /// Connections with a subscription and nothing to say.
    case idle
    /// Connects as fast as the server can, cuts all, and does it again.
    case storm
    /// Published on one node, received on another.
    case hop
    /// Reconnects that ask for what they missed.
    case history
}
