/// A ring that passes over nodes with too much load, as HAProxy does with `hash-balance-factor`.
///
/// It gives up what a ring is for. The owner of a key depends on the loads at the moment of asking, which nobody else
/// sees: neither another balancer nor a node can predict it, one key has several owners over time, and removing a node
/// moves keys between others. Use it where clients choose their own keys and could aim at one node; otherwise hash a
/// keyed digest of the client's id, which keeps keys spread and predictable.
public struct BoundedRing: Sendable {
    /// The ring that is walked.
    public let ring: HashRing
    /// How much load a node takes before it is passed over, in the order of the nodes; 0 for a node without weight.
    public let capacities: [Int]
    private let loads: [Int]

    /// Bounds the load of each node to `factor` times its fair share of all load and one more, rounded up.
    ///
    /// - Parameters:
    ///   - factor: 1 to 100, in steps of a hundredth; HAProxy's `hash-balance-factor 150` is 1.5.
    ///   - loads: the load of nodes by name, for HAProxy the requests being served; 0 for nodes not named.
    /// - Throws: ``RingError`` for a factor or a load out of range.
    public init(_ ring: HashRing, factor: Double, loads: [String: Int]) throws(RingError) {
        guard factor >= 1, factor <= 100 else {
            throw RingError(code: .invalidFactor, message: "the factor \(factor) is not between 1 and 100")
        }
        for (name, load) in loads where !(0...Int(Int32.max)).contains(load) {
            throw RingError(code: .invalidLoad, message: "\(name) has the load \(load)")
        }
        self.ring = ring
        self.loads = ring.nodes.map { loads[$0.name] ?? 0 }
        let total = self.loads.reduce(0, +)
        self.capacities = Self.capacities(of: ring, percent: Int(factor * 100 + 0.5), load: total)
    }

    /// The first node from the owner on, clockwise, that has room; nil when no node has weight.
    ///
    /// There always is one: the capacities add up to more than the loads. O(points) at worst.
    public func owner(of key: some Collection<UInt8>) -> RingNode? {
        guard let place = self.ring.placeOfKey(key) else {
            return self.ring.preference(of: key, count: .max).first { node in
                self.ring.nodes.firstIndex(of: node).map(self.hasRoom) ?? false
            }
        }
        let table = self.ring.points
        guard var point = table.index(owning: place, nearest: self.ring.isNearest) else { return nil }
        for _ in 0..<table.count where !self.hasRoom(table.node(point)) {
            point = point + 1 == table.count ? 0 : point + 1
        }
        return self.ring.nodes[table.node(point)]
    }

    /// The same for the UTF-8 bytes of a key.
    public func owner(of key: String) -> RingNode? {
        self.owner(of: key.utf8)
    }

    private func hasRoom(_ index: Int) -> Bool {
        self.loads[index] < self.capacities[index]
    }

    /// HAProxy's division: whole places for each unit of weight, the rest in proportion, in the order of the servers,
    /// and at least one place for everybody.
    private static func capacities(of ring: HashRing, percent: Int, load: Int) -> [Int] {
        let weights = ring.nodes.map { ring.isNearest ? $0.haproxyPoints : $0.weight }
        let weight = weights.reduce(0, +)
        guard weight > 0 else { return weights }
        let (each, rest) = (((load + 1) * percent + 99) / 100).quotientAndRemainder(dividingBy: weight)
        var before = 0
        return weights.map { own in
            defer { before += own }
            let places = own * each + (before + own) * rest / weight - before * rest / weight
            return own == 0 ? 0 : max(places, 1)
        }
    }
}
