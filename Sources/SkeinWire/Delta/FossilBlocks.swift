/// Where in the base each block of sixteen bytes begins, to be found by its hash.
///
/// Blocks do not overlap; a common stretch of 31 bytes contains one at any alignment. Blocks of equal hash form
/// a chain, of which only so many are tried: a base of one repeated byte would otherwise take quadratic time.
struct FossilBlocks {
    /// Bytes in a block.
    static let size = 16
    private static let maximumTries = 32
    private static let none = -1

    private let base: UnsafeRawBufferPointer
    /// The latest block of each bucket.
    private var heads: [Int]
    /// The block before, in the chain of each block.
    private var chain: [Int]
    private let shift: UInt32

    /// Indexes a base. O(base).
    init(_ base: UnsafeRawBufferPointer) {
        let count = base.count / Self.size
        let bits = max(4, UInt32(Int.bitWidth - count.leadingZeroBitCount))
        self.base = base
        self.heads = Array(repeating: Self.none, count: 1 << Int(bits))
        self.chain = Array(repeating: Self.none, count: count)
        self.shift = 32 - min(bits, 31)
        // From the end, so that the chain begins with the first of equal blocks: longer runs follow it.
        for block in stride(from: count - 1, through: 0, by: -1) {
            let bucket = self.bucket(FossilHash(base, at: block * Self.size))
            self.chain[block] = self.heads[bucket]
            self.heads[bucket] = block
        }
    }

    /// The longest common stretch of base and target around a block that begins at `position` in the target; nil when
    /// no block is there. It goes back at most to `earliest`.
    func match(
        _ hash: FossilHash,
        in target: UnsafeRawBufferPointer,
        at position: Int,
        earliest: Int
    ) -> FossilMatch? {
        var best: FossilMatch?
        var block = self.heads[self.bucket(hash)]
        var tries = 0
        while block != Self.none, tries < Self.maximumTries {
            let offset = block * Self.size
            let forward = self.commonLength(target, position, offset)
            if forward >= Self.size {
                var back = 0
                while position - back > earliest, offset - back > 0,
                    target[position - back - 1] == self.base[offset - back - 1]
                {
                    back += 1
                }
                if forward + back > best?.count ?? 0 {
                    best = FossilMatch(target: position - back, base: offset - back, count: forward + back)
                }
            }
            block = self.chain[block]
            tries += 1
        }
        return best
    }

    private func commonLength(_ target: UnsafeRawBufferPointer, _ position: Int, _ offset: Int) -> Int {
        let limit = min(target.count - position, self.base.count - offset)
        var count = 0
        while limit - count >= 8 {
            let left = target.loadUnaligned(fromByteOffset: position + count, as: UInt64.self)
            let right = self.base.loadUnaligned(fromByteOffset: offset + count, as: UInt64.self)
            if left != right { return count + UInt64(littleEndian: left ^ right).trailingZeroBitCount / 8 }
            count += 8
        }
        while count < limit, target[position + count] == self.base[offset + count] { count += 1 }
        return count
    }

    private func bucket(_ hash: FossilHash) -> Int {
        // Multiplying spreads the hash over the upper bits, which are then used.
        Int((hash.value &* 0x9E37_79B1) >> self.shift) & (self.heads.count - 1)
    }
}
