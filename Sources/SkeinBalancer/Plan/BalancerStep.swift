import HashRing

/// One change of HAProxy's servers.
public enum BalancerStep: Sendable, Hashable {
    /// A new server that takes clients at once: a node is in the registry only once it listens.
    case add(BalancerNode)
    /// The second half of `add`, for a server whose adding was interrupted.
    case activate(name: String)
    /// Another weight. 0 drains: WebSockets stay, new clients go elsewhere.
    case setWeight(name: String, weight: Int)
    /// Another address, id and points stay: WebSockets remain on the old one until they end.
    case setAddress(name: String, endpoint: ServerEndpoint)
    /// Another port of the agent.
    case setAgentPort(name: String, host: String, port: UInt16)
    /// Takes the server out of HAProxy. Refused while anything is connected; then the server stays as it was.
    case delete(name: String)

    /// The name of the server.
    public var server: String {
        switch self {
        case .add(let node): node.node.name
        case .activate(let name), .setWeight(let name, _), .setAddress(let name, _), .setAgentPort(let name, _, _),
            .delete(let name):
            name
        }
    }

    /// The commands, to be run in order until one is refused.
    func commands(backend: String, settings: HAProxyServerSettings) throws(BalancerError) -> [BalancerCommand] {
        let server = "\(try HAProxyWord.name(backend))/\(try HAProxyWord.name(self.server))"
        switch self {
        case .add(let node):
            let words = try settings.runtimeWords(of: node.node, port: node.endpoint.port).joined(separator: " ")
            let add = BalancerCommand(
                "add server \(server) \(node.endpoint) \(words)",
                success: ["New server registered"]
            )
            return [add] + Self.activation(of: server, settings: settings)
        case .activate: return Self.activation(of: server, settings: settings)
        case .setWeight(_, let weight): return [BalancerCommand("set server \(server) weight \(weight)")]
        case .setAddress(_, let endpoint):
            return [
                BalancerCommand(
                    "set server \(server) addr \(endpoint.host) port \(endpoint.port)",
                    success: ["changed from", "no need to change"]
                )
            ]
        case .setAgentPort(_, let host, let port):
            return [BalancerCommand("set server \(server) agent-addr \(host) port \(port)")]
        case .delete:
            // One line: HAProxy deletes only what is in maintenance, and a server that it refuses to delete must not
            // stay there, where nobody could tell it from one that an operator put there. The third command fails
            // after success.
            let line = ["set server \(server) state maint", "del server \(server)", "set server \(server) state ready"]
            return [BalancerCommand(line.joined(separator: "; "), success: ["Server deleted"], isLoud: true)]
        }
    }

    private static func activation(of server: String, settings: HAProxyServerSettings) -> [BalancerCommand] {
        var commands = [BalancerCommand("enable health \(server)")]
        if settings.agentPort != nil { commands.append(BalancerCommand("enable agent \(server)")) }
        commands.append(BalancerCommand("set server \(server) state ready"))
        // A server of the file counts as up until its agent says otherwise. An added one counts as down until its agent
        // says up: for ever, when nobody answers there.
        if settings.agentPort != nil { commands.append(BalancerCommand("set server \(server) agent up")) }
        return commands
    }
}

/// The step for a person.
extension BalancerStep: CustomStringConvertible {
    public var description: String {
        switch self {
        case .add(let node):
            "add \(node.node.name) id \(node.node.id) at \(node.endpoint) with weight \(node.node.weight)"
        case .activate(let name): "finish adding \(name)"
        case .setWeight(let name, let weight): weight == 0 ? "drain \(name)" : "set the weight of \(name) to \(weight)"
        case .setAddress(let name, let endpoint): "move \(name) to \(endpoint)"
        case .setAgentPort(let name, _, let port): "set the agent's port of \(name) to \(port)"
        case .delete(let name): "delete \(name)"
        }
    }
}
