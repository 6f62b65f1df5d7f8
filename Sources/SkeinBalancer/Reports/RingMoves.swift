import HashRing

/// Which keys go from which node to which, counted over the same keys in every report.
struct RingMoves {
    /// Keys looked up. The standard error of a share is at most 0.002.
    static let sampleCount = 65_536

    /// Keys by old and new owner, moved ones only.
    private(set) var pairs: [Pair: Int] = [:]
    /// Keys that moved between nodes although neither of them changed.
    private(set) var needless = 0
    /// Keys that moved.
    private(set) var moved = 0

    struct Pair: Hashable {
        let from: String
        let to: String
    }

    /// `usesSlots` compares the slots of both rings instead, exactly.
    init(from old: HashRing, to new: HashRing, usesSlots: Bool) {
        let before = Dictionary(old.nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let samples = usesSlots ? 4096 : Self.sampleCount
        for sample in 0..<samples {
            // A slot belongs to the owner of its number.
            let key = usesSlots ? "\(sample)" : "client-\(sample)"
            let from = old.owner(of: key)
            let to = new.owner(of: key)
            guard from?.name != to?.name else { continue }
            self.moved += 1
            self.pairs[Pair(from: from?.name ?? "-", to: to?.name ?? "-"), default: 0] += 1
            guard let from, let to else { continue }
            let shrinks = after[from.name].map { $0.weight < from.weight || !Self.isSame($0, from) } ?? true
            let grows = before[to.name].map { to.weight > $0.weight || !Self.isSame($0, to) } ?? true
            if !shrinks, !grows { self.needless += 1 }
        }
        self.sampled = samples
    }

    /// How many keys, or slots, were looked at.
    let sampled: Int

    /// A node of another id or address has other points, wherever it has been before.
    private static func isSame(_ one: RingNode, _ other: RingNode) -> Bool {
        one.id == other.id && one.address == other.address && one.guid == other.guid
    }
}
