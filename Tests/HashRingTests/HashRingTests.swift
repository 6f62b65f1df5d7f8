import HashRing
import Testing

@Suite struct HashRingTests {
    private let nodes = (0..<6).map {
        RingNode(name: "n\($0)", id: UInt32($0 + 1), address: "10.0.0.\($0 + 1):80", zone: $0 < 2 ? "east" : "west")
    }

    @Test func `nodes keep their order, and the epoch is the caller's`() throws {
        let ring = try HashRing(nodes: self.nodes.reversed(), epoch: 42)
        #expect(ring.nodes == self.nodes.reversed())
        #expect(ring.epoch == 42)
        #expect(ring.profile == .standard)
        #expect(try HashRing(nodes: self.nodes).epoch == 0)
    }

    @Test func `the order of nodes does not matter to owners`() throws {
        let (first, second) = (try HashRing(nodes: self.nodes), try HashRing(nodes: self.nodes.shuffled()))
        for key in HAProxyVectors.keys { #expect(first.owner(of: key) == second.owner(of: key)) }
    }

    @Test func `a key has an owner in a zone: the first of its preference list there`() throws {
        let ring = try HashRing(nodes: self.nodes)
        for key in HAProxyVectors.keys {
            let list = ring.preference(of: key, count: 6)
            #expect(Set(list.map(\.name)).count == 6)
            #expect(ring.owner(of: key, inZone: "east") == list.first { $0.zone == "east" })
            #expect(ring.owner(of: key, inZone: "north") == ring.owner(of: key))
        }
    }

    @Test func `no nodes, no owner`() throws {
        for profile in RingProfile.all {
            let ring = try HashRing(nodes: [], profile: profile)
            #expect(ring.owner(of: "key") == nil)
            #expect(ring.ownerIndex(of: Array("key".utf8)) == nil)
            #expect(ring.preference(of: "key", count: 3).isEmpty)
            #expect(ring.owner(of: "key", inZone: "east") == nil)
        }
    }

    @Test func `preference lists of no or negative length are empty`() throws {
        let ring = try HashRing(nodes: self.nodes)
        #expect(ring.preference(of: "key", count: 0).isEmpty)
        #expect(ring.preference(of: "key", count: -1).isEmpty)
    }

    @Test func `equal keys in another Unicode form are other keys, as they are to a balancer`() throws {
        let ring = try HashRing(nodes: (1...50).map { RingNode(name: "n\($0)", id: UInt32($0), address: "") })
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        #expect(composed == decomposed)
        #expect(ring.owner(of: composed) == ring.owner(of: Array(composed.utf8)))
        #expect(ring.owner(of: decomposed) == ring.owner(of: Array(decomposed.utf8)))
        #expect(ring.owner(of: composed) != ring.owner(of: decomposed))
    }
}
