import HashRing
import SkeinBalancer
import SkeinTestKit
import Testing

/// Rounds against a model of HAProxy.
@Suite struct BalancerSyncTests {
    /// Points are of no interest here, and cost time; the slot map has its own tests below.
    private func ring(_ nodes: [RingNode]) throws -> HashRing {
        try HashRing(nodes: nodes, profile: .rendezvous)
    }

    /// A change that may happen between two rounds.
    private func change(_ nodes: inout [RingNode], _ generator: inout SeededGenerator) {
        let ids = (1...12).map(UInt32.init).filter { id in !nodes.contains { $0.id == id } }
        let names = (1...12).map { "n\($0)" }.filter { name in !nodes.contains { $0.name == name } }
        let place = Int.random(in: nodes.indices, using: &generator)
        let old = nodes[place]
        switch Int.random(in: 0..<5, using: &generator) {
        case 0, 1:
            guard let id = ids.randomElement(using: &generator), let name = names.randomElement(using: &generator)
            else { break }
            nodes.append(node(id, name: name))
        case 2 where nodes.count > 1: nodes.remove(at: place)
        case 3:
            nodes[place] = node(old.id, weight: [0, 1, 50, 256].randomElement(using: &generator) ?? 1, name: old.name)
        default:
            // The registry was wiped: names get other ids.
            guard let id = ids.randomElement(using: &generator) else { break }
            nodes[place] = node(id, weight: old.weight, name: old.name)
        }
    }

    @Test(arguments: 0..<40)
    func `whatever happens, HAProxy ends with exactly the nodes`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let model = ModelHAProxy()
        let sync = BalancerSync(channel: model, backend: "skein")
        var nodes = [node(1), node(2), node(3)]
        for _ in 0..<60 {
            self.change(&nodes, &generator)
            let usedToServe = model.servers.contains(where: \.isUsable)
            let busy = model.servers.map { _ in Int.random(in: 0...2, using: &generator) == 0 ? 1 : 0 }
            model.change { state in
                for (place, sessions) in zip(state.servers.indices, busy) { state.servers[place].sessions = sessions }
            }
            let round = try sync.round(self.ring(nodes))
            #expect(round.refusals.isEmpty, "seed \(seed)")
            // Somebody takes clients as long as any node wants to, and does not wait for an id that is still taken.
            let someoneMay = nodes.contains { node in
                node.weight > 0
                    && !round.notices.contains {
                        guard case .takenID(node.name, _, _) = $0 else { return false }
                        return true
                    }
            }
            #expect(!usedToServe || !someoneMay || model.servers.contains(where: \.isUsable), "seed \(seed)")
        }
        model.change { state in
            for place in state.servers.indices { state.servers[place].sessions = 0 }
        }
        for _ in 0..<30 { _ = try sync.round(self.ring(nodes)) }
        let last = try sync.round(self.ring(nodes))
        #expect(last.lines.isEmpty, "seed \(seed)")
        let servers = model.servers.map { [$0.name, "\($0.id)", "\($0.weight)", $0.endpoint.map { "\($0)" } ?? "-"] }
        let wanted = nodes.map { [$0.name, "\($0.id)", "\($0.weight)", $0.address] }
        #expect(Set(servers) == Set(wanted), "seed \(seed)")
        #expect(model.servers.allSatisfy { $0.isUp && !$0.isInMaintenance }, "seed \(seed)")
    }

    @Test func `a server that HAProxy does not delete stays drained and out of maintenance`() throws {
        let model = ModelHAProxy()
        model.change { state in
            state.servers = [server(1), server(2)]
            state.undeletable = ["n2"]
        }
        let round = try BalancerSync(channel: model, backend: "skein").round(self.ring([node(1)]))
        #expect(round.refusals.isEmpty)
        #expect(round.notices == [.connected(name: "n2")])
        #expect(model.servers.last?.weight == 0)
        #expect(model.servers.last?.isInMaintenance == false)
    }

    @Test func `a node whose id is not free yet is not added, and nothing is refused`() throws {
        let model = ModelHAProxy()
        model.change { state in
            state.servers = [server(7, name: "n1"), server(2)]
            state.undeletable = ["n1"]
        }
        let sync = BalancerSync(channel: model, backend: "skein")
        let nodes = [node(1, port: 8007), node(2)]
        let round = try sync.round(self.ring(nodes))
        #expect(round.steps == [.setWeight(name: "n1", weight: 0)])
        #expect(round.refusals.isEmpty)
        model.change { $0.undeletable = [] }
        #expect(try sync.round(self.ring(nodes)).steps == [.delete(name: "n1"), .add(balancerNode(nodes[0]))])
    }

    @Test func `added servers are told everything that default-server says`() throws {
        let model = ModelHAProxy()
        let settings = HAProxyServerSettings(
            maximumConnections: 900,
            sendsProxyProtocol: true,
            agentPort: .offset(1000)
        )
        let sync = BalancerSync(channel: model, backend: "skein", settings: settings)
        _ = try sync.round(self.ring([node(4, weight: 30)]))
        let commands = model.read { $0.commands.suffix(5) }
        #expect(
            Array(commands) == [
                "add server skein/n4 127.0.0.1:8004 id 4 weight 30 agent-port 9004 check inter 1s fall 2 rise 2 ws h1 "
                    + "maxconn 900 send-proxy-v2 check-send-proxy agent-check agent-inter 1s "
                    + "pool-max-conn -1 pool-purge-delay 5s",
                "enable health skein/n4", "enable agent skein/n4", "set server skein/n4 state ready",
                "set server skein/n4 agent up",
            ]
        )
    }

    @Test func `the slot map is swapped after servers have come and before others go, and only when it differs`() throws
    {
        let model = ModelHAProxy()
        model.change { state in
            state.servers = [server(1), server(2)]
            state.maps = ["/slots.map": [:]]
        }
        let sync = BalancerSync(channel: model, backend: "skein", slotMapPath: "/slots.map")
        let ring = try self.ring([node(1), node(3)])
        let round = try sync.round(ring)
        #expect(round.changedSlots == 4096)
        let order = model.read(\.commands).compactMap { command in
            ["add server", "commit map", "del server"].first { command.contains($0) }
        }
        #expect(order == ["add server", "commit map", "del server"])
        let slots = ring.slots()
        let map = model.read { $0.maps["/slots.map"] ?? [:] }
        #expect((0..<4096).allSatisfy { map["\($0)"] == slots.owner(ofSlot: $0)?.name })
        #expect(try sync.round(ring).lines.isEmpty)
    }

    @Test func `entries that HAProxy swallowed do not get into the map`() throws {
        let model = ModelHAProxy()
        model.change { state in
            state.servers = [server(1), server(2)]
            state.maps = ["/slots.map": ["0": "n1"]]
            state.bufferSize = 1000
        }
        let sync = BalancerSync(channel: model, backend: "skein", slotMapPath: "/slots.map")
        #expect(throws: BalancerError.self) { _ = try sync.round(self.ring([node(1), node(2)])) }
        #expect(model.read { $0.maps["/slots.map"] } == ["0": "n1"])
        #expect(model.read(\.versions.isEmpty))
    }

    @Test func `a map that the configuration does not have is an error that says so`() throws {
        let sync = BalancerSync(channel: ModelHAProxy(), backend: "skein", slotMapPath: "/none.map")
        let error = #expect(throws: BalancerError.self) { _ = try sync.round(self.ring([node(1)])) }
        #expect(error?.message.contains("--slot-map /none.map") == true)
    }
}
