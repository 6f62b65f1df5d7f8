/// One server of the backend, as HAProxy has it now.
public struct BalancerServer: Sendable, Hashable {
    /// HAProxy's name for it.
    public var name: String
    /// Its `id`, given or counted.
    public var id: UInt32
    /// The address, always numeric; nil while HAProxy has none.
    public var endpoint: ServerEndpoint?
    /// The weight in effect; an agent's percentage is in it.
    public var weight: Int
    /// Whether it runs or is about to: up, or checked for the first time.
    public var isUp: Bool
    /// In maintenance, by whomever.
    public var isInMaintenance: Bool
    /// Drained by state, not by weight: an operator's or the agent's doing.
    public var isDrained: Bool
    /// Added at run time, and its checks were never enabled: whoever added it did not get to the end.
    public var isUnfinished: Bool
    /// The port of its agent; nil for none.
    public var agentPort: UInt16?
    /// Requests and WebSockets that are on it now.
    public var sessions: Int

    /// A server that is up with no sessions, unless said otherwise.
    public init(
        name: String,
        id: UInt32,
        endpoint: ServerEndpoint?,
        weight: Int,
        isUp: Bool = true,
        isInMaintenance: Bool = false,
        isDrained: Bool = false,
        isUnfinished: Bool = false,
        agentPort: UInt16? = nil,
        sessions: Int = 0
    ) {
        self.name = name
        self.id = id
        self.endpoint = endpoint
        self.weight = weight
        self.isUp = isUp
        self.isInMaintenance = isInMaintenance
        self.isDrained = isDrained
        self.isUnfinished = isUnfinished
        self.agentPort = agentPort
        self.sessions = sessions
    }

    /// Whether new clients may be sent there.
    public var isUsable: Bool { self.isUp && !self.isInMaintenance && !self.isDrained && self.weight > 0 }
}
