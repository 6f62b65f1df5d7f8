/// When the publications left that have no answer yet, by command id. Ids are taken in order, so a ring holds them.
struct PendingPublishes {
    struct Entry {
        var time: UInt64 = 0
        var channel: UInt32 = 0
        var isMeasured = false
        var isOpen = false
    }

    private var entries = [Entry](repeating: Entry(), count: 256)
    private var first: UInt64
    private var end: UInt64

    init(firstID: UInt64) {
        self.first = firstID
        self.end = firstID
    }

    /// Takes the next id.
    mutating func add(time: UInt64, channel: UInt32, isMeasured: Bool) -> UInt64 {
        if self.end - self.first == UInt64(self.entries.count) { self.grow() }
        let id = self.end
        self.end += 1
        self.entries[self.slot(id)] = Entry(time: time, channel: channel, isMeasured: isMeasured, isOpen: true)
        return id
    }

    /// Gives the entry up; nil when there is no such id.
    mutating func remove(_ id: UInt64) -> Entry? {
        guard id >= self.first, id < self.end, self.entries[self.slot(id)].isOpen else { return nil }
        let entry = self.entries[self.slot(id)]
        self.entries[self.slot(id)].isOpen = false
        while self.first < self.end, !self.entries[self.slot(self.first)].isOpen { self.first += 1 }
        return entry
    }

    private func slot(_ id: UInt64) -> Int { Int(truncatingIfNeeded: id) & (self.entries.count - 1) }

    private mutating func grow() {
        var larger = [Entry](repeating: Entry(), count: self.entries.count * 2)
        for id in self.first..<self.end {
            larger[Int(truncatingIfNeeded: id) & (larger.count - 1)] = self.entries[self.slot(id)]
        }
        self.entries = larger
    }
}
