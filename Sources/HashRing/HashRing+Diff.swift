/// The comparison of two rings.
extension HashRing {
    /// What changed since `old`. O(points of both rings), or 32,768 lookups where points do not tell.
    public func diff(from old: HashRing) -> RingDiff {
        let isExact = old.keyHash != nil && old.keyHash == self.keyHash
        let oldNames = old.nodes.map(\.name)
        let indices = Dictionary(uniqueKeysWithValues: self.nodes.enumerated().map { ($0.element.name, $0.offset) })
        // Old indices as new ones; nodes that left get a number of their own.
        var translated: [Int] = []
        var gone = self.nodes.count
        for name in oldNames {
            translated.append(indices[name] ?? gone)
            if indices[name] == nil { gone += 1 }
        }
        var tally = RingTally(count: gone)
        if isExact {
            tally.sweep(
                old.points.cells(nearest: old.isNearest),
                self.points.cells(nearest: self.isNearest),
                translated: translated
            )
        } else {
            tally.sample(old, self, translated: translated)
        }
        let names = self.nodes.map(\.name) + oldNames.filter { indices[$0] == nil }
        return RingDiff(
            old: old,
            new: self,
            movedShare: Double(tally.moved) / Double(tally.total),
            isExact: isExact,
            shares: names.indices.map { index in
                RingShare(
                    name: names[index],
                    before: Double(tally.before[index]) / Double(tally.total),
                    after: Double(tally.after[index]) / Double(tally.total)
                )
            }
        )
    }

    /// The share of each node, 0 to 1, in the order of ``nodes``; with the precision of ``RingDiff/movedShare``.
    public func shares() -> [Double] {
        self.diff(from: self).shares.map(\.after)
    }

    /// How keys become places; nil in the profile `rendezvous`.
    private var keyHash: String? {
        switch self.profile {
        case .haproxy(let function, let avalanche, _): avalanche ? "\(function.rawValue) avalanche" : function.rawValue
        case .nginx: HAProxyHash.crc32.rawValue
        case .ketama: "md5"
        case .rendezvous: nil
        }
    }
}
