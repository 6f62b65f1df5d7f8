import Testing

@testable import HashRing

@Suite struct RingDiffTests {
    private func nodes(_ count: Int, weight: Int = 100) -> [RingNode] {
        (1...count).map { RingNode(name: "n\($0)", id: UInt32($0), address: "10.0.0.\($0):80", weight: weight) }
    }

    @Test(arguments: [RingProfile.standard, .nginx, .ketama])
    func `cells cover the circle, and every edge of a cell has its owner on both sides`(profile: RingProfile) throws {
        for seed in 1...UInt64(20) {
            var random = SplitMix(seed: seed)
            let count = Int.random(in: 1...5, using: &random)
            let ring = try HashRing(nodes: random.nodes(count, weights: 1...3), profile: profile)
            guard ring.usableCount > 0 else { continue }
            var start: UInt64 = 0
            for cell in ring.points.cells(nearest: ring.isNearest) where UInt64(cell.end) + 1 > start {
                #expect(ring.ownerIndex(ofHash: UInt32(start), nearest: ring.isNearest) == cell.owner)
                #expect(ring.ownerIndex(ofHash: cell.end, nearest: ring.isNearest) == cell.owner)
                start = UInt64(cell.end) + 1
            }
            #expect(start == 1 << 32)
        }
    }

    @Test func `one point owns the whole circle`() throws {
        let ring = try HashRing(nodes: [RingNode(name: "a", id: 9, address: "", points: 1)])
        #expect(ring.shares() == [1])
    }

    @Test func `the computed share agrees with a count of keys`() throws {
        var random = SplitMix(seed: 11)
        let old = try HashRing(nodes: self.nodes(10))
        let new = try HashRing(nodes: Array(self.nodes(12).dropFirst()))
        let diff = new.diff(from: old)
        #expect(diff.isExact)
        let keys = (0..<20_000).map { _ in String(random.next(), radix: 36) }
        let counted = Double(keys.count { diff.moved($0) }) / Double(keys.count)
        #expect(abs(counted - diff.movedShare) < 0.015)
        #expect(diff.joined == ["n11", "n12"])
        #expect(diff.left == ["n1"])
        #expect(diff.reweighted.isEmpty)
        #expect(diff.shares.map(\.name) == new.nodes.map(\.name) + ["n1"])
        #expect(abs(diff.shares.reduce(0) { $0 + $1.before } - 1) < 1e-12)
        #expect(abs(diff.shares.reduce(0) { $0 + $1.after } - 1) < 1e-12)
    }

    @Test func `rings that hash keys differently are compared by a sample, which comes close`() throws {
        let old = try HashRing(nodes: self.nodes(10))
        let other = RingProfile.haproxy(function: .crc32, avalanche: false, key: .id)
        let sampled = try HashRing(nodes: self.nodes(10), profile: other).diff(from: old)
        #expect(!sampled.isExact)
        // Nine in ten keys land elsewhere by chance.
        #expect(abs(sampled.movedShare - 0.9) < 0.02)
        let rendezvous = try HashRing(nodes: self.nodes(10), profile: .rendezvous)
        #expect(rendezvous.diff(from: rendezvous).movedShare == 0)
        #expect(
            try HashRing(nodes: self.nodes(10), profile: .nginx).diff(from: HashRing(nodes: [], profile: other)).isExact
        )
    }

    @Test func `nodes are told apart by name: the same place under another name moves`() throws {
        let old = try HashRing(nodes: [
            RingNode(name: "a", id: 1, address: ""), RingNode(name: "b", id: 2, address: ""),
        ])
        let new = try HashRing(nodes: [
            RingNode(name: "b", id: 2, address: ""), RingNode(name: "c", id: 1, address: ""),
        ])
        let diff = new.diff(from: old)
        #expect(diff.movedShare == diff.shares.first { $0.name == "a" }?.before)
        #expect(try HashRing(nodes: old.nodes.reversed()).diff(from: old).movedShare == 0)
    }

    @Test func `between a ring and an empty one everything moves, and between two empty ones nothing`() throws {
        let (empty, full) = (try HashRing(nodes: []), try HashRing(nodes: self.nodes(3)))
        #expect(full.diff(from: empty).movedShare == 1)
        #expect(empty.diff(from: full).movedShare == 1)
        #expect(empty.diff(from: empty).movedShare == 0)
        #expect(empty.shares().isEmpty)
    }

    @Test func `a weight of 100 spreads 50 nodes within seven percent`() throws {
        let shares = try HashRing(nodes: self.nodes(50)).shares()
        #expect(try #require(shares.max()) * 50 < 1.07)
        #expect(try #require(shares.min()) * 50 > 0.93)
    }

    @Test func `shares follow the weights in every profile`() throws {
        for profile in RingProfile.all {
            let nodes = [50, 100, 200].enumerated().map { index, weight in
                RingNode(
                    name: "n\(index)",
                    id: UInt32(index + 1),
                    address: "10.0.0.\(index + 1):80",
                    weight: weight,
                    guid: "g\(index)"
                )
            }
            let shares = try HashRing(nodes: nodes, profile: profile).shares()
            for (share, weight) in zip(shares, [50.0, 100, 200]) {
                #expect(abs(share / (weight / 350) - 1) < 0.25, "\(profile): \(shares)")
            }
        }
    }
}
