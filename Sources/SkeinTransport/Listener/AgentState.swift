/// What a node tells the load balancers that ask its agent port.
public enum AgentState: Sendable {
    /// Takes new clients.
    case ready
    /// Keeps its clients and takes no new ones.
    case draining

    /// The line that HAProxy reads (its manual, `agent-check`). It names the whole state: `up` alone would not undo a
    /// `drain`.
    var line: String {
        switch self {
        case .ready: "up ready 100%\n"
        case .draining: "drain\n"
        }
    }
}
