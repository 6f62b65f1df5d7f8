/// Tells first copies from duplicates and late ones, for one subscriber and one publisher. 24 bytes, whatever arrives.
///
/// The last 64 numbers below the next expected one are known exactly. Of older ones only the count that never came is:
/// an older number that arrives after all is taken for one of those while there are any, and for a duplicate otherwise.
public struct SequenceTracker: Sendable {
    /// What an arrival was.
    public enum Arrival: Sendable, Equatable {
        /// The next, or one behind numbers that are missing now.
        case first
        /// One that was missing: it arrived behind a later one.
        case late
        /// One that was there before.
        case duplicate
    }

    /// The number that comes next when nothing is lost.
    public private(set) var next: UInt32 = 0
    /// Numbers older than the window that never came.
    private var forgotten: UInt32 = 0
    /// Bit n stands for `next - 1 - n`: whether it came. Numbers below zero count as arrived.
    private var window = UInt64.max

    /// Expects 0 first.
    public init() {}

    /// Numbers below `next` that have not arrived.
    public var missing: Int { Int(self.forgotten) + (~self.window).nonzeroBitCount }

    /// Takes one arrival into account.
    @inline(__always)
    public mutating func receive(_ sequence: UInt32) -> Arrival {
        if sequence == self.next {
            if self.window >> 63 == 0 { self.forgotten &+= 1 }
            self.window = self.window << 1 | 1
            self.next &+= 1
            return .first
        }
        return self.receiveOutOfTurn(sequence)
    }

    private mutating func receiveOutOfTurn(_ sequence: UInt32) -> Arrival {
        if sequence > self.next {
            self.skip(UInt64(sequence - self.next) + 1)
            self.window |= 1
            self.next = sequence &+ 1
            return .first
        }
        let distance = self.next - 1 - sequence
        if distance < 64 {
            let bit: UInt64 = 1 << UInt64(distance)
            if self.window & bit != 0 { return .duplicate }
            self.window |= bit
            return .late
        }
        guard self.forgotten > 0 else { return .duplicate }
        self.forgotten -= 1
        return .late
    }

    /// Moves the window on; what falls out of it without having come is counted.
    private mutating func skip(_ count: UInt64) {
        if count >= 64 {
            let passedOver = UInt32(clamping: count - 64)
            self.forgotten &+= UInt32((~self.window).nonzeroBitCount) &+ passedOver
            self.window = 0
        } else {
            let leaving = ~self.window >> (64 - count)
            self.forgotten &+= UInt32(leaving.nonzeroBitCount)
            self.window <<= count
        }
    }
}
