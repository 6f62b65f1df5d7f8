public import HashRing

/// Brings a running HAProxy in step with the nodes, one round at a time. Blocks while HAProxy answers.
public struct BalancerSync<Channel: RuntimeChannel>: Sendable {
    /// The way to HAProxy.
    public let channel: Channel
    /// The backend with the nodes.
    public let backend: String
    /// What added servers are like.
    public let settings: HAProxyServerSettings
    /// The map to keep in step; nil for none.
    public let slotMapPath: String?
    /// Servers that are left alone.
    public let kept: Set<String>

    /// Does not talk to HAProxy yet.
    public init(
        channel: Channel,
        backend: String,
        settings: HAProxyServerSettings = HAProxyServerSettings(),
        slotMapPath: String? = nil,
        kept: Set<String> = []
    ) {
        self.channel = channel
        self.backend = backend
        self.settings = settings
        self.slotMapPath = slotMapPath
        self.kept = kept
    }

    /// One round: asks HAProxy what it has and takes the steps that lead to the ring's nodes.
    ///
    /// The order keeps every moment usable: new servers, then the slot map that may name them, then what goes away. A
    /// step that HAProxy refuses is reported, and the others are taken.
    ///
    /// - Throws: when HAProxy cannot be asked, or its answers make no sense; then no further step is taken.
    public func round(_ ring: HashRing) throws(BalancerError) -> BalancerRound {
        var round = BalancerRound()
        var nodes: [BalancerNode] = []
        for node in ring.nodes { nodes.append(try BalancerNode(resolving: node)) }
        let servers = try self.channel.servers(of: self.backend)
        let plan = BalancerPlan(servers: servers, nodes: nodes, settings: self.settings, kept: self.kept)
        round.notices = plan.notices
        for step in plan.arrivals { try self.take(step, &round) }
        if let slotMapPath, !nodes.isEmpty {
            let current = try self.channel.map(slotMapPath)
            if let update = try SlotMapUpdate(path: slotMapPath, current: current, wanted: ring.slots()) {
                try update.apply(on: self.channel)
                round.changedSlots = update.changedSlots
            }
        }
        try self.depart(plan.departures, servers: servers, &round)
        return round
    }

    /// Steps that take away. A server that HAProxy does not delete yet still has its name and its id: what waits for
    /// them waits for the next round.
    private func depart(
        _ steps: [BalancerStep],
        servers: [BalancerServer],
        _ round: inout BalancerRound
    ) throws(BalancerError) {
        var staying: [BalancerServer] = []
        for step in steps {
            if case .add(let node) = step,
                staying.contains(where: { $0.name == node.node.name || $0.id == node.node.id })
            {
                continue
            }
            try self.take(step, &round)
            if case .delete(let name) = step, round.steps.last != step {
                staying += servers.filter { $0.name == name }
            }
        }
    }

    private func take(_ step: BalancerStep, _ round: inout BalancerRound) throws(BalancerError) {
        do throws(BalancerError) {
            for command in try step.commands(backend: self.backend, settings: self.settings) {
                try command.run(on: self.channel)
            }
            round.steps.append(step)
        } catch {
            guard [.refused, .invalidValue, .invalidName].contains(error.code) else { throw error }
            if case .delete(let name) = step, error.message.contains("still has connections") {
                // The attempt made HAProxy close them; the next round finds them gone.
                round.notices.append(.connected(name: name))
                return
            }
            round.refusals.append("\(step): \(error.message)")
        }
    }
}
