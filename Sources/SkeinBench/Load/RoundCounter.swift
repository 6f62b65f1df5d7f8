/// Knows when a publication has arrived everywhere: counts arrivals per sequence number, for the last `capacity`
/// numbers.
struct RoundCounter: Sendable {
    private var sequences: [UInt32]
    private var remaining: [UInt32]
    private let arrivals: UInt32
    private let mask: Int

    /// - Parameters:
    ///   - arrivals: how many make a round; at least 1.
    ///   - inFlight: rounds under way at a time; older ones than sixteen times as many are forgotten.
    init(arrivals: Int, inFlight: Int) {
        var capacity = 64
        while capacity < inFlight * 16 { capacity *= 2 }
        self.sequences = Array(repeating: .max, count: capacity)
        self.remaining = Array(repeating: 0, count: capacity)
        self.arrivals = UInt32(clamping: max(arrivals, 1))
        self.mask = capacity - 1
    }

    /// Counts an arrival; true when it was the last one of its round.
    @inline(__always)
    mutating func arrived(_ sequence: UInt32) -> Bool {
        let slot = Int(sequence) & self.mask
        if self.sequences[slot] != sequence {
            let isNewer = self.sequences[slot] == .max || sequence > self.sequences[slot]
            guard isNewer else { return false }
            self.sequences[slot] = sequence
            self.remaining[slot] = self.arrivals
        }
        guard self.remaining[slot] > 0 else { return false }
        self.remaining[slot] -= 1
        return self.remaining[slot] == 0
    }
}
