/// Walks over the target, copies what the base has and inserts the rest.
struct FossilEncoder {
    private let base: UnsafeRawBufferPointer
    private let target: UnsafeRawBufferPointer
    /// The first byte of the target that no operation covers yet.
    private var pending = 0

    /// An operation costs about as much as this many bytes; shorter stretches are inserted.
    private static let minimumMatch = 12

    init(base: UnsafeRawBufferPointer, target: UnsafeRawBufferPointer) {
        self.base = base
        self.target = target
    }

    /// Appends the operations.
    mutating func run(into patch: inout [UInt8]) {
        if self.base.count >= FossilBlocks.size, self.target.count >= FossilBlocks.size {
            self.findMatches(into: &patch)
        }
        self.insert(upTo: self.target.count, into: &patch)
    }

    private mutating func findMatches(into patch: inout [UInt8]) {
        let blocks = FossilBlocks(self.base)
        var position = 0
        var hash = FossilHash(self.target, at: position)
        while true {
            var match = blocks.match(hash, in: self.target, at: position, earliest: self.pending)
            match?.alignToCharacters(of: self.target)
            if let match, match.count >= Self.minimumMatch, match.end > position {
                self.insert(upTo: match.target, into: &patch)
                self.copy(match, into: &patch)
                position = match.end
                guard self.target.count - position >= FossilBlocks.size else { return }
                hash = FossilHash(self.target, at: position)
            } else {
                guard self.target.count - position > FossilBlocks.size else { return }
                hash.roll(out: self.target[position], in: self.target[position + FossilBlocks.size])
                position += 1
            }
        }
    }

    private mutating func copy(_ match: FossilMatch, into patch: inout [UInt8]) {
        FossilNumber.append(UInt32(truncatingIfNeeded: match.count), to: &patch)
        patch.append(UInt8(ascii: "@"))
        FossilNumber.append(UInt32(truncatingIfNeeded: match.base), to: &patch)
        patch.append(UInt8(ascii: ","))
        self.pending = match.end
    }

    private mutating func insert(upTo end: Int, into patch: inout [UInt8]) {
        guard end > self.pending else { return }
        FossilNumber.append(UInt32(truncatingIfNeeded: end - self.pending), to: &patch)
        patch.append(UInt8(ascii: ":"))
        patch.append(contentsOf: self.target[self.pending..<end])
        self.pending = end
    }
}
