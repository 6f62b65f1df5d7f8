public import HashRing

/// Compares what a balancer did with what each candidate would have done.
///
/// A wrong profile agrees on about one sample in as many as there are nodes, so 200 samples are decisive.
public struct RingVerification: Sendable {
    /// Every candidate that makes a ring of these nodes; the best first, and the configured one before its equals.
    public let matches: [RingMatch]
    /// Samples by node, by name.
    public let answers: [(node: String, count: Int)]
    /// What it means.
    public let verdict: RingVerdict

    /// O(samples x candidates), and a ring for each candidate.
    ///
    /// - Parameters:
    ///   - samples: Answers of the balancer. Samples with equal ids tell whether it is steady.
    ///   - nodes: The nodes with the weights that the balancer has.
    ///   - configured: What is expected.
    ///   - key: The bytes that a keyed candidate hashes for a client id.
    public init(
        samples: [RingSample],
        nodes: [RingNode],
        configured: RingCandidate,
        key: (String) -> [UInt8]
    ) {
        var counts: [String: Int] = [:]
        for sample in samples { counts[sample.node, default: 0] += 1 }
        self.answers = counts.sorted { $0.key < $1.key }.map { (node: $0.key, count: $0.value) }
        let plain = samples.map { Array($0.clientID.utf8) }
        let keyed = configured.isKeyed ? samples.map { key($0.clientID) } : plain
        // Servers without a guid are placed by their id, which is a candidate of its own.
        let hasGUIDs = nodes.contains { $0.guid != nil }
        let candidates = RingCandidate.all(configured: configured).filter { candidate in
            guard case .haproxy(_, _, .guid) = candidate.profile else { return true }
            return hasGUIDs
        }
        let matches = candidates.compactMap { candidate -> RingMatch? in
            // A profile that cannot place these nodes, by addresses that are names for example, is not the balancer's.
            guard let ring = try? HashRing(nodes: nodes, profile: candidate.profile) else { return nil }
            let slots = candidate.usesSlots ? ring.slots() : nil
            let keys = candidate.isKeyed ? keyed : plain
            let matching = zip(samples, keys).count { sample, key in
                (slots.map { $0.owner(of: key) } ?? ring.owner(of: key))?.name == sample.node
            }
            return RingMatch(candidate: candidate, matching: matching, total: samples.count)
        }
        // The sort of the standard library is stable, which keeps the configured candidate in front.
        self.matches = matches.sorted { $0.matching > $1.matching }
        self.verdict = Self.verdict(samples: samples, nodes: nodes, configured: configured, matches: self.matches)
    }

    private static func verdict(
        samples: [RingSample],
        nodes: [RingNode],
        configured: RingCandidate,
        matches: [RingMatch]
    ) -> RingVerdict {
        let names = Set(nodes.map(\.name))
        let strangers = Set(samples.map(\.node)).subtracting(names).sorted()
        if !strangers.isEmpty { return .strangers(strangers) }
        var homes: [String: String] = [:]
        var moved = 0
        for sample in samples
        where homes.updateValue(sample.node, forKey: sample.clientID) ?? sample.node != sample.node {
            moved += 1
        }
        if moved * 50 > samples.count { return .unsteady }
        if nodes.count(where: { $0.weight > 0 }) < 2 { return .undecidable }
        let found = matches.filter(\.isMatch).map(\.candidate)
        if found.contains(configured) { return .agrees(configured) }
        return found.isEmpty ? .unknown(configured: configured) : .differs(configured: configured, found: found)
    }

    /// A table of the best five candidates, and the verdict.
    public var text: String {
        let spread = self.answers.map { "\($0.node) \($0.count)" }.joined(separator: ", ")
        var table = TextTable(head: ["PROFILE", "MATCHES", "SHARE"], numeric: [1, 2])
        for match in self.matches.prefix(5) {
            table.append(["\(match.candidate)", "\(match.matching)/\(match.total)", TextTable.percent(match.share)])
        }
        return "\(self.matches.first?.total ?? 0) samples: \(spread)\n\n\(table.text)\n\(self.verdict)\n"
    }
}
