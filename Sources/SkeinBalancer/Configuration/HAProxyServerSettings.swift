public import HashRing

/// What every server line of the backend says besides name, address, id and weight.
///
/// The configuration file has it once, as `default-server`. A server added to a running HAProxy inherits nothing from
/// that line, so the same words go into the command.
public struct HAProxyServerSettings: Sendable, Hashable {
    /// Time between two health checks. It bounds how late HAProxy learns that a node drains.
    public var checkInterval: Duration
    /// Failed checks until a node is taken out.
    public var fall: Int
    /// Passed checks until it is back.
    public var rise: Int
    /// Most connections HAProxy opens to one node; more wait in its queue and end with 503.
    public var maximumConnections: Int?
    /// Whether each connection begins with a PROXY header, version 2. The node has to expect it.
    public var sendsProxyProtocol: Bool
    /// The port of the agent; nil for none.
    public var agentPort: AgentPort?
    /// What HAProxy places servers by; every mode but the id needs 3.0 or later.
    public var key: HAProxyKey

    /// The defaults of the documentation: checks each second, two to change state.
    public init(
        checkInterval: Duration = .seconds(1),
        fall: Int = 2,
        rise: Int = 2,
        maximumConnections: Int? = nil,
        sendsProxyProtocol: Bool = false,
        agentPort: AgentPort? = nil,
        key: HAProxyKey = .id
    ) {
        self.checkInterval = checkInterval
        self.fall = fall
        self.rise = rise
        self.maximumConnections = maximumConnections
        self.sendsProxyProtocol = sendsProxyProtocol
        self.agentPort = agentPort
        self.key = key
    }

    /// The words that all servers share.
    var sharedWords: [String] {
        let interval = HAProxyWord.time(self.checkInterval)
        var words = ["check", "inter", interval, "fall", "\(self.fall)", "rise", "\(self.rise)", "ws", "h1"]
        if let maximumConnections { words += ["maxconn", "\(maximumConnections)"] }
        if self.sendsProxyProtocol { words += ["send-proxy-v2", "check-send-proxy"] }
        if self.agentPort != nil { words += ["agent-check", "agent-inter", interval] }
        return words
    }

    /// The words that differ from server to server, the id and the weight included.
    func ownWords(of node: RingNode, port: UInt16) throws(BalancerError) -> [String] {
        guard node.id > 0, node.id <= UInt32(Int32.max) else {
            throw BalancerError(
                .invalidValue,
                "node \(node.name): HAProxy takes ids from 1 to 2147483647, not \(node.id)"
            )
        }
        guard (0...256).contains(node.weight) else {
            throw BalancerError(
                .invalidValue,
                "node \(node.name): HAProxy takes weights from 0 to 256, not \(node.weight)"
            )
        }
        var words = ["id", "\(node.id)", "weight", "\(node.weight)"]
        if let agentPort {
            guard let number = agentPort.port(for: port), number > 0 else {
                throw BalancerError(.invalidValue, "node \(node.name): the agent's port is outside 1 to 65535")
            }
            words += ["agent-port", "\(number)"]
        }
        switch self.key {
        case .id, .id30: break
        case .id32, .address, .addressPort: words += ["hash-key", self.key.rawValue]
        case .guid:
            guard let guid = node.guid else {
                throw BalancerError(.invalidValue, "node \(node.name) has no guid, and the profile places nodes by it")
            }
            words += ["guid", try HAProxyWord.plain(guid, for: "guid of \(node.name)"), "hash-key", "guid"]
        }
        return words
    }

    /// All words for a server that is added at run time.
    ///
    /// Without the two about the pool HAProxy keeps no idle connections to such a server, and opens one for each
    /// request.
    func runtimeWords(of node: RingNode, port: UInt16) throws(BalancerError) -> [String] {
        try self.ownWords(of: node, port: port) + self.sharedWords + ["pool-max-conn", "-1", "pool-purge-delay", "5s"]
    }
}
