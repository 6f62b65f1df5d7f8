import HashRing
import SkeinBalancer
import Testing

/// The steps from HAProxy's servers to the nodes.
@Suite struct BalancerPlanTests {
    private func plan(_ servers: [BalancerServer], _ nodes: [RingNode], kept: Set<String> = []) -> BalancerPlan {
        BalancerPlan(servers: servers, nodes: nodes.map(balancerNode), kept: kept)
    }

    @Test func `servers that are as their nodes need no step`() {
        let plan = self.plan([server(1), server(2, weight: 0)], [node(2, weight: 0), node(1)])
        #expect(plan.isEmpty)
        #expect(plan.notices.isEmpty)
    }

    @Test func `a node without a server is added with its id`() {
        let plan = self.plan([server(1)], [node(1), node(2)])
        #expect(plan.arrivals == [.add(balancerNode(node(2)))])
        #expect(plan.departures.isEmpty)
    }

    @Test func `a server that no node is called is drained, and deleted in the same round when it is idle`() {
        let plan = self.plan([server(1), server(2)], [node(1)])
        #expect(plan.departures == [.setWeight(name: "n2", weight: 0), .delete(name: "n2")])
    }

    @Test func `a server with sessions is drained and waits`() {
        let plan = self.plan([server(1), server(2, sessions: 3)], [node(1)])
        #expect(plan.departures == [.setWeight(name: "n2", weight: 0)])
        #expect(plan.notices == [.busy(name: "n2", sessions: 3)])
    }

    @Test func `a node that comes back before its server was deleted only gets its weight back`() {
        let plan = self.plan([server(1), server(2, weight: 0, sessions: 3)], [node(1), node(2)])
        #expect(plan.arrivals == [.setWeight(name: "n2", weight: 100)])
        #expect(plan.departures.isEmpty)
    }

    @Test func `no nodes at all means a lost registry, and nothing is touched`() {
        let plan = self.plan([server(1), server(2)], [])
        #expect(plan.isEmpty)
        #expect(plan.notices == [.nobody])
    }

    @Test func `a kept server is left alone, and its id is not given away`() {
        let plan = self.plan([server(1), server(9, name: "sorry")], [node(1), node(9)], kept: ["sorry"])
        #expect(plan.isEmpty)
        #expect(plan.notices == [.takenID(name: "n9", id: 9, by: "sorry")])
    }

    @Test func `maintenance and drain by state belong to the operator`() {
        var held = server(2)
        held.isInMaintenance = true
        var drained = server(3)
        drained.isDrained = true
        let plan = self.plan([server(1), held, drained], [node(1), node(2), node(3)])
        #expect(plan.isEmpty)
        #expect(plan.notices == [.heldBack(name: "n2"), .heldBack(name: "n3")])
    }

    @Test func `an interrupted addition is brought to its end`() {
        var half = server(2)
        half.isInMaintenance = true
        half.isUnfinished = true
        #expect(self.plan([server(1), half], [node(1), node(2)]).arrivals == [.activate(name: "n2")])
    }

    @Test func `another address moves the server and keeps its id`() {
        let plan = self.plan([server(1)], [node(1, port: 9000)])
        #expect(plan.arrivals == [.setAddress(name: "n1", endpoint: ServerEndpoint(host: "127.0.0.1", port: 9000))])
    }

    @Test func `a server with another id is replaced once another takes clients`() {
        let plan = self.plan([server(7, name: "n1"), server(2)], [node(1, port: 8007), node(2)])
        let replacement = balancerNode(node(1, port: 8007))
        #expect(plan.departures == [.setWeight(name: "n1", weight: 0), .delete(name: "n1"), .add(replacement)])
        #expect(plan.notices == [.wrongID(name: "n1", has: 7, wants: 1)])
    }

    @Test func `of several servers with other ids only one is drained at a time`() {
        let servers = [
            server(11, sessions: 1, name: "n1"), server(12, sessions: 1, name: "n2"),
            server(13, sessions: 1, name: "n3"),
        ]
        let nodes = [node(1, port: 8011), node(2, port: 8012), node(3, port: 8013)]
        #expect(self.plan(servers, nodes).departures == [.setWeight(name: "n1", weight: 0)])
        var begun = servers
        begun[0].weight = 0
        #expect(self.plan(begun, nodes).departures.isEmpty)
    }

    @Test func `the only server with sessions is never drained for its id`() {
        let plan = self.plan([server(7, sessions: 5, name: "n1")], [node(1, port: 8007)])
        #expect(plan.isEmpty)
        #expect(plan.notices.contains(.lastServer(name: "n1")))
    }

    @Test func `exchanged ids are sorted out, the server whose id is waited for first`() {
        let servers = [server(2, name: "n1"), server(1, name: "n2"), server(3)]
        let plan = self.plan(servers, [node(1, port: 8002), node(2, port: 8001), node(3)])
        #expect(plan.departures == [.setWeight(name: "n1", weight: 0), .delete(name: "n1")])
        #expect(plan.notices.contains(.takenID(name: "n1", id: 1, by: "n2")))
    }

    @Test func `the agent's port follows the node`() {
        var old = server(1)
        old.agentPort = 9000
        let settings = HAProxyServerSettings(agentPort: .offset(1000))
        let plan = BalancerPlan(servers: [old], nodes: [balancerNode(node(1))], settings: settings)
        #expect(plan.arrivals == [.setAgentPort(name: "n1", host: "127.0.0.1", port: 9001)])
    }
}
