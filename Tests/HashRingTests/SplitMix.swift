import HashRing

/// SplitMix64, and what the random tests draw from it.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Keys of many lengths.
    mutating func keys(_ count: Int) -> [String] {
        (0..<count).map { _ in String(self.next(), radix: 36).prefix(Int.random(in: 1...13, using: &self)) + "@key" }
    }

    /// Nodes with distinct names, ids and addresses; up to one in five without weight.
    mutating func nodes(_ count: Int, weights: ClosedRange<Int>) -> [RingNode] {
        let first = UInt32.random(in: 1...1000, using: &self)
        return (0..<count).map { number in
            let isDrained = Int.random(in: 0..<10, using: &self) == 0
            let weight = isDrained ? 0 : Int.random(in: weights, using: &self)
            return RingNode(
                name: "node-\(number)",
                id: first + 7 * UInt32(number),
                address: "10.1.\(number / 250).\(number % 250):8000",
                weight: weight,
                zone: "zone-\(number % 3)",
                guid: "guid-\(number)"
            )
        }
    }
}

extension RingNode {
    /// The same node with another weight.
    func with(weight: Int) -> RingNode {
        RingNode(
            name: self.name,
            id: self.id,
            address: self.address,
            weight: weight,
            zone: self.zone,
            guid: self.guid,
            points: self.points
        )
    }
}

extension RingProfile {
    /// Every profile whose points of a node do not depend on other nodes: all but `ketama`.
    static let independent: [RingProfile] =
        HAProxyKey.allCases.map { .haproxy(function: .crc32, avalanche: true, key: $0) }
        + HAProxyHash.allCases.map { .haproxy(function: $0, avalanche: false, key: .id) } + [.nginx, .rendezvous]

    static let all = RingProfile.independent + [.ketama]
}
