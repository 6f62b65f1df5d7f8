/// Something that keeps HAProxy from being as it should, and that no step of this round mends.
public enum BalancerNotice: Sendable, Hashable, CustomStringConvertible {
    /// Nobody is in the registry: nothing is touched.
    case nobody
    /// A server that is to go still has sessions.
    case busy(name: String, sessions: Int)
    /// A server that is to go has no sessions, but HAProxy has yet to close connections that it kept for reuse.
    case connected(name: String)
    /// The server has another id than the node, so HAProxy does not choose as the ring does.
    case wrongID(name: String, has: UInt32, wants: UInt32)
    /// A node cannot be added: another server has its id.
    case takenID(name: String, id: UInt32, by: String)
    /// Draining the server would leave nobody to take clients.
    case lastServer(name: String)
    /// An operator, the agent or HAProxy itself keeps the server of a node from taking clients.
    case heldBack(name: String)

    public var description: String {
        switch self {
        case .nobody: "there are no nodes: HAProxy keeps the servers it has"
        case .busy(let name, let sessions): "\(name) is drained and is deleted once its \(sessions) sessions have ended"
        case .connected(let name): "\(name) is drained and is deleted once HAProxy has closed its idle connections"
        case .wrongID(let name, let has, let wants):
            "\(name) has the id \(has) in HAProxy and \(wants) in the ring: the choices differ until it is replaced"
        case .takenID(let name, let id, let holder): "\(name) waits for the id \(id), which the server \(holder) has"
        case .lastServer(let name): "\(name) stays: no other server would take clients"
        case .heldBack(let name): "\(name) is in maintenance or drained by state, which is left alone"
        }
    }
}
