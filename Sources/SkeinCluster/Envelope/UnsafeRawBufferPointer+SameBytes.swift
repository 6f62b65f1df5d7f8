extension UnsafeRawBufferPointer {
    /// Whether both have the same bytes, eight at a step. The last step goes back as far as it has to, so that only
    /// what is shorter than one step is compared byte by byte.
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        let step = MemoryLayout<UInt64>.size
        guard self.count == other.count else { return false }
        guard self.count >= step else { return self.elementsEqual(other) }
        for offset in stride(from: 0, through: self.count - step, by: step)
        where self.word(at: offset) != other.word(at: offset) {
            return false
        }
        return self.word(at: self.count - step) == other.word(at: self.count - step)
    }

    private func word(at offset: Int) -> UInt64 {
        self.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}
