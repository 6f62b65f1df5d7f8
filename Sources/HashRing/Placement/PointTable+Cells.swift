/// The ring as stretches of hashes: what makes shares exact.
extension PointTable {
    /// All 2^32 hashes, in order; the last cell ends at `UInt32.max`. O(points).
    func cells(nearest: Bool) -> [RingCell] {
        guard self.count > 0 else { return [RingCell(end: .max, owner: -1)] }
        let last = self.count - 1
        var cells: [RingCell] = []
        cells.reserveCapacity(2 * self.count + 2)
        // The point that owns the end of the circle, or its beginning, past 0.
        let gap = UInt64(self.place(0)) + 1 << 32 - UInt64(self.place(last))
        let wrapped = UInt64(self.place(last)) + gap / 2
        if nearest, wrapped > UInt32.max {
            cells.append(RingCell(end: UInt32(truncatingIfNeeded: wrapped), owner: self.node(last)))
        }
        for index in 0...last {
            let place = self.place(index)
            let owner = self.node(index)
            // Of several points at one place the first owns the place, and the last what is behind it.
            if index == 0 || self.place(index - 1) != place { cells.append(RingCell(end: place, owner: owner)) }
            if nearest, index < last {
                cells.append(RingCell(end: place + (self.place(index + 1) - place) / 2, owner: owner))
            }
        }
        guard nearest, wrapped > UInt32.max else {
            if nearest { cells.append(RingCell(end: UInt32(truncatingIfNeeded: wrapped), owner: self.node(last))) }
            cells.append(RingCell(end: .max, owner: self.node(0)))
            return cells
        }
        cells.append(RingCell(end: .max, owner: self.node(last)))
        return cells
    }
}
