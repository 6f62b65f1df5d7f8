/// Highest random weight: each node draws a number for a key, and the smallest wins.
///
/// The number is `-ln(u) / weight` with u between 0 and 1 from the hash of the key and the name: exponential draws,
/// whose minimum falls to each node in proportion to its weight. Only basic arithmetic is used, so that every machine
/// agrees.
struct RendezvousTable: Sendable {
    private let seeds: [UInt64]
    private let weights: [Double]
    private let isEven: Bool

    init(_ nodes: [RingNode]) {
        self.seeds = nodes.map { FNV.hash(of: $0.name.utf8) }
        self.weights = nodes.map { Double($0.weight) }
        self.isEven = Set(self.weights.lazy.filter { $0 > 0 }).count <= 1
    }

    /// The winner for a key; nil when no node has weight. O(nodes), no allocation.
    func index(owning hash: UInt64) -> Int? {
        var best: Int?
        var lowest = Double.infinity
        for index in self.seeds.indices where self.weights[index] > 0 {
            let draw = self.draw(of: index, for: hash)
            if draw < lowest { (best, lowest) = (index, draw) }
        }
        return best
    }

    /// All nodes with weight, the winner first: each would win without those before it. O(nodes log nodes).
    func preference(of hash: UInt64) -> [Int] {
        let draws = self.seeds.indices.map { self.draw(of: $0, for: hash) }
        return draws.indices.filter { self.weights[$0] > 0 }.sorted { (draws[$0], $0) < (draws[$1], $1) }
    }

    private func draw(of index: Int, for hash: UInt64) -> Double {
        let uniform = (Double(FNV.mix(hash ^ self.seeds[index]) >> 12) + 0.5) * 0x1p-52
        // With equal weights the order of the draws is that of the numbers.
        return self.isEven ? 1 - uniform : -Self.logarithm(uniform) / self.weights[index]
    }

    /// The natural logarithm of a positive number, to about 15 digits.
    static func logarithm(_ number: Double) -> Double {
        var exponent = number.exponent
        var significand = number.significand
        if significand > 1.414_213_562_373_095_1 {
            significand /= 2
            exponent += 1
        }
        // ln m = 2 artanh((m - 1) / (m + 1)), and the argument is below 0.172.
        let argument = (significand - 1) / (significand + 1)
        let square = argument * argument
        var sum = 1.0 / 21
        sum = sum * square + 1.0 / 19
        sum = sum * square + 1.0 / 17
        sum = sum * square + 1.0 / 15
        sum = sum * square + 1.0 / 13
        sum = sum * square + 1.0 / 11
        sum = sum * square + 1.0 / 9
        sum = sum * square + 1.0 / 7
        sum = sum * square + 1.0 / 5
        sum = sum * square + 1.0 / 3
        sum = sum * square + 1
        return Double(exponent) * 0.693_147_180_559_945_3 + 2 * argument * sum
    }
}
