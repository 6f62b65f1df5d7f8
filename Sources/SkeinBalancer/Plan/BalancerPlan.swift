import HashRing

/// The way from the servers that HAProxy has to the nodes that there are. Pure: what happened is known by the next
/// round.
///
/// Rules:
/// - A node without a server gets one with its id. Ids and weights are what the ring is made of.
/// - A server that no node is called is drained by its weight, and deleted once it has no sessions. Servers in `kept`
///   are left alone whatever happens.
/// - Only weights, addresses and the servers themselves are changed. Maintenance and drain by state belong to operators
///   and agents, except for a server whose adding was interrupted.
/// - A server whose id is not the node's is replaced: drained, deleted, added. One at a time, because its clients move
///   twice.
/// - Nothing is drained when nobody would be left to take clients; a server without sessions may be replaced at once.
/// - No nodes at all means that the registry was lost, not the nodes: nothing is touched.
public struct BalancerPlan: Sendable, Hashable {
    /// Steps that add or change; first.
    public private(set) var arrivals: [BalancerStep] = []
    /// Steps that take away, and the additions that need what they free; last, after the slot map has been swapped.
    public private(set) var departures: [BalancerStep] = []
    /// What no step mends.
    public private(set) var notices: [BalancerNotice] = []

    /// Whether HAProxy is as it should be, as far as anything can be done now.
    public var isEmpty: Bool { self.arrivals.isEmpty && self.departures.isEmpty }

    /// O(servers + nodes). Names and ids of `nodes` have to be unique, as a ring demands.
    public init(
        servers: [BalancerServer],
        nodes: [BalancerNode],
        settings: HAProxyServerSettings = HAProxyServerSettings(),
        kept: Set<String> = []
    ) {
        guard !nodes.isEmpty else {
            self.notices = [.nobody]
            return
        }
        let wanted = Dictionary(nodes.map { ($0.node.name, $0) }, uniquingKeysWith: { first, _ in first })
        let mine = servers.filter { !kept.contains($0.name) }
        let wrong = mine.filter { server in wanted[server.name].map { $0.node.id != server.id } ?? false }
        let replaced = Self.replaced(among: wrong, wanted: wanted)
        var leaving = mine.filter { wanted[$0.name] == nil || replaced.contains($0.name) }
        if !Self.someoneServes(after: leaving, servers: servers, nodes: nodes, wanted: wanted) {
            for server in leaving where server.weight > 0 || wanted[server.name] != nil {
                self.notices.append(.lastServer(name: server.name))
            }
            leaving = leaving.filter { $0.weight == 0 && wanted[$0.name] == nil }
        }
        for server in wrong {
            guard let node = wanted[server.name] else { continue }
            self.notices.append(.wrongID(name: server.name, has: server.id, wants: node.node.id))
        }
        let leavingNames = Set(leaving.map(\.name))
        for server in mine where !leavingNames.contains(server.name) {
            if let node = wanted[server.name] { self.update(server, to: node, settings: settings) }
        }
        self.leave(leaving)
        self.join(nodes, servers: servers, gone: Set(leaving.filter { $0.sessions == 0 }.map(\.name)))
    }

    /// Which servers with a wrong id are on their way out: all without weight, or else one more.
    private static func replaced(
        among wrong: [BalancerServer],
        wanted: [String: BalancerNode]
    ) -> Set<String> {
        let begun = wrong.filter { $0.weight == 0 }
        guard begun.isEmpty else { return Set(begun.map(\.name)) }
        // Those whose id another node waits for come first.
        let waited = Set(wanted.values.map(\.node.id))
        let next = wrong.first { waited.contains($0.id) } ?? wrong.first
        return next.map { [$0.name] } ?? []
    }

    private mutating func update(_ server: BalancerServer, to node: BalancerNode, settings: HAProxyServerSettings) {
        let name = server.name
        if server.weight != node.node.weight {
            self.arrivals.append(.setWeight(name: name, weight: node.node.weight))
        }
        if server.endpoint != node.endpoint { self.arrivals.append(.setAddress(name: name, endpoint: node.endpoint)) }
        if let port = settings.agentPort?.port(for: node.endpoint.port), let current = server.agentPort, port != current
        {
            self.arrivals.append(.setAgentPort(name: name, host: node.endpoint.host, port: port))
        }
        if server.isUnfinished {
            self.arrivals.append(.activate(name: name))
        } else if server.isInMaintenance || server.isDrained {
            self.notices.append(.heldBack(name: name))
        }
    }

    /// Whether clients find a server once those that leave have left: one that is there, or one added in this round.
    private static func someoneServes(
        after leaving: [BalancerServer],
        servers: [BalancerServer],
        nodes: [BalancerNode],
        wanted: [String: BalancerNode]
    ) -> Bool {
        let leavingNames = Set(leaving.map(\.name))
        let stays = servers.contains { server in
            let weight = wanted[server.name]?.node.weight ?? server.weight
            let isHeld = !server.isUp || server.isInMaintenance || server.isDrained
            return !leavingNames.contains(server.name) && weight > 0 && (!isHeld || server.isUnfinished)
        }
        let gone = Set(leaving.filter { $0.sessions == 0 }.map(\.name))
        let left = servers.filter { !gone.contains($0.name) }
        return stays
            || nodes.contains { node in
                node.node.weight > 0 && !left.contains { $0.name == node.node.name || $0.id == node.node.id }
            }
    }

    private mutating func leave(_ leaving: [BalancerServer]) {
        for server in leaving {
            if server.weight > 0 { self.departures.append(.setWeight(name: server.name, weight: 0)) }
            if server.sessions == 0 {
                self.departures.append(.delete(name: server.name))
            } else {
                self.notices.append(.busy(name: server.name, sessions: server.sessions))
            }
        }
    }

    private mutating func join(_ nodes: [BalancerNode], servers: [BalancerServer], gone: Set<String>) {
        let known = Set(servers.map(\.name))
        let holders = Dictionary(servers.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        for node in nodes where !known.contains(node.node.name) || gone.contains(node.node.name) {
            let holder = holders[node.node.id]
            if let holder, !gone.contains(holder) {
                self.notices.append(.takenID(name: node.node.name, id: node.node.id, by: holder))
            } else if holder != nil || gone.contains(node.node.name) {
                self.departures.append(.add(node))
            } else {
                self.arrivals.append(.add(node))
            }
        }
    }
}
