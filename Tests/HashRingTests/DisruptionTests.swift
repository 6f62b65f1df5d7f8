import HashRing
import Testing

/// What a ring is for: a change of one node moves only keys of this node.
@Suite struct DisruptionTests {
    /// Twelve random rings of each profile.
    private func rings(_ profile: RingProfile, _ body: (HashRing, [String], inout SplitMix) throws -> Void) throws {
        for seed in 1...UInt64(12) {
            var random = SplitMix(seed: seed)
            let nodes = random.nodes(Int.random(in: 1...6, using: &random), weights: 1...3)
            let keys = random.keys(60)
            try body(try HashRing(nodes: nodes, profile: profile), keys, &random)
        }
    }

    @Test(arguments: RingProfile.independent)
    func `when a node leaves, exactly its keys move`(profile: RingProfile) throws {
        try self.rings(profile) { old, keys, random in
            let gone = try #require(old.nodes.randomElement(using: &random))
            let new = try HashRing(nodes: old.nodes.filter { $0 != gone }, profile: profile)
            let diff = new.diff(from: old)
            for key in keys { #expect(diff.moved(key) == (old.owner(of: key) == gone)) }
            #expect(diff.left == [gone.name])
            let share = try #require(diff.shares.first { $0.name == gone.name })
            #expect(share.before == diff.movedShare)
            #expect(share.after == 0)
        }
    }

    @Test(arguments: RingProfile.independent)
    func `when a node joins, keys move only to it`(profile: RingProfile) throws {
        try self.rings(profile) { old, keys, random in
            let node = RingNode(name: "new", id: 900_001, address: "10.9.9.9:80", weight: 7, guid: "new")
            let new = try HashRing(nodes: old.nodes + [node], profile: profile)
            let diff = new.diff(from: old)
            for key in keys { #expect(diff.moved(key) == (new.owner(of: key) == node)) }
            #expect(diff.joined == ["new"])
            #expect(diff.shares.first { $0.name == "new" }?.after == diff.movedShare)
        }
    }

    @Test(arguments: RingProfile.independent)
    func `more weight moves keys to the node only, and less weight away from it only`(profile: RingProfile) throws {
        try self.rings(profile) { old, keys, random in
            let index = Int.random(in: 0..<old.nodes.count, using: &random)
            var nodes = old.nodes
            nodes[index] = nodes[index].with(weight: nodes[index].weight + 5)
            let new = try HashRing(nodes: nodes, profile: profile)
            for key in keys where old.owner(of: key)?.name != new.owner(of: key)?.name {
                #expect(new.owner(of: key)?.name == nodes[index].name)
            }
            #expect(new.diff(from: old).reweighted == [nodes[index].name])
        }
    }

    @Test(arguments: RingProfile.all)
    func `the preference list is what iterated removal of the owner gives`(profile: RingProfile) throws {
        try self.rings(profile) { ring, keys, _ in
            for key in keys.prefix(3) {
                let preference = ring.preference(of: key, count: .max)
                var rest = ring.nodes
                var expected: [RingNode] = []
                while let owner = try HashRing(nodes: rest, profile: profile).owner(of: key) {
                    expected.append(owner)
                    rest.removeAll { $0 == owner }
                }
                #expect(preference == expected)
                #expect(ring.preference(of: key, count: 2) == Array(expected.prefix(2)))
            }
        }
    }

    @Test(arguments: RingProfile.all)
    func `drained nodes own nothing, and a ring of drained nodes has no owners`(profile: RingProfile) throws {
        try self.rings(profile) { ring, keys, _ in
            for key in keys { #expect(ring.owner(of: key).map { $0.weight > 0 } != false) }
            let drained = try HashRing(nodes: ring.nodes.map { $0.with(weight: 0) }, profile: profile)
            #expect(drained.owner(of: keys[0]) == nil)
            #expect(drained.preference(of: keys[0], count: 3).isEmpty)
            #expect(drained.slots(count: 4).mapFile.isEmpty)
            #expect(drained.diff(from: ring).moved(keys[0]) == (ring.owner(of: keys[0]) != nil))
        }
    }
}
