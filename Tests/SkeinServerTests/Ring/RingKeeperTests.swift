import HashRing
import SkeinCluster
import Testing

@testable import SkeinServer

struct RingKeeperTests {
    private func record(_ name: String, _ id: Int, weight: Int = 100) -> NodeRecord {
        NodeRecord(
            name: name,
            id: id,
            generation: 1,
            description: NodeDescription(address: "\(name):8000", version: "1", weight: weight),
            statistics: NodeStatistics(),
            leaseLeft: 1000
        )
    }

    private func keeper(secret: [UInt8] = []) throws -> RingKeeper {
        let alone = RingNode(name: "n1", id: 1, address: "n1:8000")
        return try RingKeeper(node: "n1", nodes: [alone], profile: .standard, secret: secret, isShared: true)
    }

    @Test func `a node that has heard nobody owns everybody`() throws {
        let keeper = try self.keeper()
        for client in ["a", "b", "c"] { #expect(keeper.now.owns(keeper.position(of: client))) }
    }

    @Test func `the registry's nodes share the clients, and a position holds on every ring`() throws {
        let keeper = try self.keeper()
        let positions = (0..<1000).map { keeper.position(of: "client-\($0)") }
        _ = try keeper.update(NodeList(epoch: 2, nodes: [self.record("n1", 1), self.record("n2", 2)]))
        let owned = positions.count { keeper.now.owns($0) }
        #expect((400...600).contains(owned))
        for (number, position) in positions.enumerated() {
            #expect(keeper.now.ring.owner(at: position) == keeper.now.ring.owner(of: "client-\(number)"))
        }
    }

    @Test func `a list that says nothing new is no new ring`() throws {
        let keeper = try self.keeper()
        let list = NodeList(epoch: 2, nodes: [self.record("n1", 1), self.record("n2", 2)])
        #expect(try keeper.update(list)?.ring.epoch == 2)
        #expect(try keeper.update(list) == nil)
    }

    @Test func `a node that drains owns nobody`() throws {
        let keeper = try self.keeper()
        _ = try keeper.update(NodeList(epoch: 2, nodes: [self.record("n1", 1, weight: 0), self.record("n2", 2)]))
        #expect(keeper.now.own == nil)
        #expect(!keeper.now.owns(keeper.position(of: "a")))
    }

    @Test func `nodes that make no ring leave the last one`() throws {
        let keeper = try self.keeper()
        let before = keeper.now.ring.nodes
        #expect(throws: RingError.self) {
            try keeper.update(NodeList(epoch: 2, nodes: [self.record("n1", 1), self.record("n2", 1)]))
        }
        #expect(keeper.now.ring.nodes == before)
    }

    @Test func `with a secret the same ids are elsewhere`() throws {
        let (plain, keyed) = (try self.keeper(), try self.keeper(secret: Array(0..<32)))
        #expect(plain.position(of: "a") != keyed.position(of: "a"))
        #expect(keyed.position(of: "a") == (try self.keeper(secret: Array(0..<32))).position(of: "a"))
    }
}
