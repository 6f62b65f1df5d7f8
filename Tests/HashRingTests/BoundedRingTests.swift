import HashRing
import Testing

@Suite struct BoundedRingTests {
    private func ring(_ weights: [Int], _ profile: RingProfile = .standard) throws -> HashRing {
        try HashRing(
            nodes: weights.enumerated().map {
                RingNode(name: "n\($0)", id: UInt32($0 + 1), address: "10.0.0.\($0 + 1):80", weight: $1, guid: "g\($0)")
            },
            profile: profile
        )
    }

    @Test func `capacities are the share of the load and one more, times the factor, rounded up`() throws {
        // (9 + 1) × 1.5 = 15 places; by weight 3.75, 3.75 and 7.5: the remainders are dealt in the order of the
        // servers.
        let bounded = try BoundedRing(try self.ring([1, 1, 2]), factor: 1.5, loads: ["n0": 9])
        #expect(bounded.capacities == [3, 4, 8])
        // Nobody with weight has none, and nobody without weight has any.
        #expect(try BoundedRing(try self.ring([1, 0, 100]), factor: 1, loads: [:]).capacities == [1, 0, 1])
    }

    @Test(arguments: RingProfile.all)
    func `without load the owner is that of the ring, and a full owner is passed over`(profile: RingProfile) throws {
        let ring = try self.ring([10, 10, 10, 10], profile)
        for key in HAProxyVectors.keys {
            let owner = try #require(ring.owner(of: key))
            #expect(try BoundedRing(ring, factor: 1, loads: [:]).owner(of: key) == owner)
            let busy = try BoundedRing(ring, factor: 1.25, loads: [owner.name: 100])
            let other = try #require(busy.owner(of: key))
            #expect(other != owner)
        }
    }

    @Test(arguments: RingProfile.all)
    func `however keys arrive, no node exceeds its bound`(profile: RingProfile) throws {
        let ring = try self.ring([10, 20, 0, 30], profile)
        var loads: [String: Int] = [:]
        for number in 0..<300 {
            let bounded = try BoundedRing(ring, factor: 1.1, loads: loads)
            let node = try #require(bounded.owner(of: number % 2 == 0 ? "the same key" : "key \(number)"))
            loads[node.name, default: 0] += 1
            let index = try #require(ring.nodes.firstIndex(of: node))
            #expect(try #require(loads[node.name]) <= bounded.capacities[index])
        }
        #expect(loads["n2"] == nil)
        #expect(try #require(loads["n3"]) <= 166)
    }

    @Test func `with HAProxy the next node is that of the next point clockwise, not that of the preference list`()
        throws
    {
        let ring = try self.ring([1, 1, 1, 1, 1, 1])
        var differences = 0
        for key in HAProxyVectors.keys {
            let list = ring.preference(of: key, count: 2)
            let bounded = try BoundedRing(ring, factor: 1, loads: [list[0].name: 50])
            if bounded.owner(of: key) != list[1] { differences += 1 }
        }
        #expect((1..<60).contains(differences))
    }

    @Test func `a ring without weight has no owner`() throws {
        #expect(try BoundedRing(try self.ring([0, 0]), factor: 1, loads: [:]).owner(of: "k") == nil)
        #expect(try BoundedRing(try self.ring([0, 0], .rendezvous), factor: 1, loads: [:]).owner(of: "k") == nil)
    }
}
