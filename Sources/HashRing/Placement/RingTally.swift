/// Counts hashes, or keys, by who owned them and who owns them.
struct RingTally {
    private(set) var total: UInt64 = 0
    private(set) var moved: UInt64 = 0
    private(set) var before: [UInt64]
    private(set) var after: [UInt64]

    init(count: Int) {
        self.before = [UInt64](repeating: 0, count: count)
        self.after = [UInt64](repeating: 0, count: count)
    }

    /// Counts all 2^32 hashes, a stretch with one pair of owners at a time.
    mutating func sweep(_ old: [RingCell], _ new: [RingCell], translated: [Int]) {
        var (oldIndex, newIndex) = (0, 0)
        var start: UInt64 = 0
        while oldIndex < old.count, newIndex < new.count {
            let (from, to) = (old[oldIndex], new[newIndex])
            let end = UInt64(min(from.end, to.end)) + 1
            if end > start {
                self.add(end - start, from: from.owner < 0 ? -1 : translated[from.owner], to: to.owner)
                start = end
            }
            if from.end <= to.end { oldIndex += 1 }
            if to.end <= from.end { newIndex += 1 }
        }
    }

    /// Counts 16,384 keys of 16 hexadecimal digits: always the same ones.
    mutating func sample(_ old: HashRing, _ new: HashRing, translated: [Int]) {
        let digits = Array("0123456789abcdef".utf8)
        var key = [UInt8](repeating: 0, count: 16)
        for number in 0..<UInt64(16_384) {
            let bits = FNV.mix(number &+ 0x9E37_79B9_7F4A_7C15)
            for index in key.indices { key[index] = digits[Int(bits >> UInt64(4 * index) & 15)] }
            self.add(1, from: old.ownerIndex(of: key).map { translated[$0] } ?? -1, to: new.ownerIndex(of: key) ?? -1)
        }
    }

    /// Owners are new indices; -1 is nobody.
    private mutating func add(_ count: UInt64, from old: Int, to new: Int) {
        self.total += count
        if old != new { self.moved += count }
        if old >= 0 { self.before[old] += count }
        if new >= 0 { self.after[new] += count }
    }
}
