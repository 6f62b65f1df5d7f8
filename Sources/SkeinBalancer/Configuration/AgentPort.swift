/// Where the agent of a node listens: HAProxy asks it for the node's state, besides the health check.
public enum AgentPort: Sendable, Hashable {
    /// The same port on every node.
    case fixed(UInt16)
    /// So many ports above the node's own, for several nodes on one machine.
    case offset(Int)

    /// The port for a node with this client port; nil when the sum is no port.
    public func port(for client: UInt16) -> UInt16? {
        switch self {
        case .fixed(let port): port
        case .offset(let distance):
            // An offset comes from the command line, so the sum may not even be a number.
            Int(client).addingReportingOverflow(distance).overflow ? nil : UInt16(exactly: Int(client) &+ distance)
        }
    }
}
