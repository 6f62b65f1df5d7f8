/// Points of a ring that is being built, in any order: the place in the high half, the index of the node in the low
/// one.
struct PointList {
    private(set) var entries: [UInt64] = []

    init(capacity: Int) {
        self.entries.reserveCapacity(capacity)
    }

    mutating func append(place: UInt32, node: Int) {
        self.entries.append(UInt64(place) << 32 | UInt64(node))
    }

    /// Orders by place. Points at one place stay in the order of appending, as in the trees of HAProxy and nginx.
    ///
    /// Three passes of a radix sort; `sort()` takes ten times as long, and is not promised to be stable.
    mutating func sort() {
        guard self.entries.count > 1 else { return }
        var spare = [UInt64](repeating: 0, count: self.entries.count)
        Self.pass(from: self.entries, into: &spare, shift: 32)
        Self.pass(from: spare, into: &self.entries, shift: 43)
        Self.pass(from: self.entries, into: &spare, shift: 54)
        self.entries = spare
    }

    /// Distributes by the eleven bits above `shift`.
    private static func pass(from source: [UInt64], into target: inout [UInt64], shift: UInt64) {
        var starts = [Int](repeating: 0, count: 2048)
        for entry in source { starts[Int(truncatingIfNeeded: entry &>> shift & 2047)] += 1 }
        var sum = 0
        for digit in 0..<2048 {
            let count = starts[digit]
            starts[digit] = sum
            sum += count
        }
        for entry in source {
            let digit = Int(truncatingIfNeeded: entry &>> shift & 2047)
            target[starts[digit]] = entry
            starts[digit] += 1
        }
    }
}
