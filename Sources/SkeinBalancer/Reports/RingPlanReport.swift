import Foundation
public import HashRing

/// What a change of the nodes moves, before anybody makes it.
public struct RingPlanReport: Sendable, Codable, Hashable {
    /// One node's part of the clients.
    public struct Share: Sendable, Codable, Hashable {
        /// The node.
        public let node: String
        /// 0 to 1; 0 for a node that joins.
        public let before: Double
        /// 0 to 1; 0 for a node that leaves.
        public let after: Double
    }

    /// Clients that go from one node to another.
    public struct Move: Sendable, Codable, Hashable {
        /// The node they leave; `-` for none.
        public let from: String
        /// The node they reach; `-` for none.
        public let to: String
        /// 0 to 1, of all clients.
        public let share: Double
    }

    /// The profile of both rings.
    public let profile: String
    /// New nodes, then those that left.
    public let shares: [Share]
    /// The part of all clients that moves, 0 to 1.
    public let movedShare: Double
    /// Whether ``movedShare`` and ``shares`` come from the points; otherwise from samples, with an error below 0.002.
    public let isExact: Bool
    /// The part that moves between nodes that do not change, 0 to 1. 0 in every profile but ketama.
    public let needlessShare: Double
    /// By size. From samples, with an error below 0.002.
    public let moves: [Move]

    /// Compares two rings of one profile. `usesSlots`: through the slot map, whose shares are coarser.
    public init(from old: HashRing, to new: HashRing, usesSlots: Bool = false) {
        let moves = RingMoves(from: old, to: new, usesSlots: usesSlots)
        let sampled = Double(moves.sampled)
        self.profile = "\(new.profile)\(usesSlots ? " in slots" : "")"
        if usesSlots {
            let before = old.slots()
            let after = new.slots()
            let names =
                new.nodes.map(\.name) + old.nodes.map(\.name).filter { name in !new.nodes.contains { $0.name == name } }
            self.shares = names.map {
                Share(node: $0, before: Self.share(of: $0, in: before), after: Self.share(of: $0, in: after))
            }
            self.movedShare = Double(after.moved(from: before).count) / Double(after.count)
            self.isExact = true
        } else {
            let diff = new.diff(from: old)
            self.shares = diff.shares.map { Share(node: $0.name, before: $0.before, after: $0.after) }
            self.movedShare = diff.movedShare
            self.isExact = diff.isExact
        }
        self.needlessShare = Double(moves.needless) / sampled
        self.moves = moves.pairs.map { Move(from: $0.key.from, to: $0.key.to, share: Double($0.value) / sampled) }
            .sorted { ($1.share, $0.from, $0.to) < ($0.share, $1.from, $1.to) }
    }

    private static func share(of name: String, in slots: SlotMap) -> Double {
        Double((0..<slots.count).count { slots.owner(ofSlot: $0)?.name == name }) / Double(slots.count)
    }

    /// Tables of shares and moves, and the sum.
    public var text: String {
        var shares = TextTable(head: ["NODE", "BEFORE", "AFTER", "CHANGE"], numeric: [1, 2, 3])
        for share in self.shares {
            let change = share.after - share.before
            let sign = change < -0.0005 ? "-" : change >= 0.0005 ? "+" : ""
            let columns = [share.before, share.after].map(TextTable.percent)
            shares.append([share.node] + columns + [sign + TextTable.percent(abs(change))])
        }
        var text = shares.text
        if !self.moves.isEmpty {
            var moves = TextTable(head: ["FROM", "TO", "CLIENTS"], numeric: [2])
            for move in self.moves { moves.append([move.from, move.to, TextTable.percent(move.share)]) }
            text += "\n" + moves.text
        }
        let needless = TextTable.percent(self.needlessShare)
        return text
            + "\n\(TextTable.percent(self.movedShare)) of the clients move, \(needless) needlessly. \(self.profile)\n"
    }

    /// One object.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
