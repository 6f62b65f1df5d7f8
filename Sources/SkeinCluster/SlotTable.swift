/// A dictionary whose values can be visited a few at a time, round and round, while it changes.
///
/// An index of a `Dictionary` does not survive a change, so an amortised sweep over one cannot stop in the middle.
/// Here the values lie side by side in an array, the dictionary only knows where, and a cursor walks the array. A
/// removed value is replaced by the last one. Memory follows the number of values downwards as well as upwards.
struct SlotTable<Key: Hashable, Value> {
    private struct Slot {
        let key: Key
        var value: Value
    }

    private var indices: [Key: Int] = [:]
    private var slots: ContiguousArray<Slot> = []
    private var cursor = 0

    /// Below this many places the table does not bother to shrink.
    private static var smallCapacity: Int { 64 }

    var count: Int { self.slots.count }

    /// How many values fit without growing; for tests of the promise about memory.
    var capacity: Int { self.slots.capacity }

    /// Where the key's value is until the next removal. O(1).
    func index(of key: Key) -> Int? {
        self.indices[key]
    }

    /// Changes or reads the value at an index, in place. O(1).
    mutating func update<Result>(at index: Int, _ body: (inout Value) -> Result) -> Result {
        body(&self.slots[index].value)
    }

    /// Adds a value for a key that has none, and tells where it is. O(1), amortised.
    mutating func insert(_ value: Value, for key: Key) -> Int {
        let index = self.slots.count
        self.indices[key] = index
        self.slots.append(Slot(key: key, value: value))
        return index
    }

    /// Removes the value at an index. O(1), amortised.
    mutating func remove(at index: Int) {
        let removed = self.slots[index].key
        let last = self.slots.removeLast()
        if index < self.slots.count {
            self.slots[index] = last
            self.indices[last.key] = index
        }
        self.indices[removed] = nil
        self.shrinkIfSparse()
    }

    /// Visits the next values, at most `limit` and each at most once, and removes those for which `body` returns false.
    ///
    /// A removal brings the last value to the cursor. It has had its visit if it lay behind the start of this walk and
    /// the walk has come round.
    mutating func visit(atMost limit: Int, keepingWhere body: (inout Value) -> Bool) {
        let start = self.cursor
        var hasComeRound = false
        for _ in 0..<min(max(0, limit), self.slots.count) {
            if self.cursor >= self.slots.count {
                self.cursor = 0
                hasComeRound = true
            }
            if body(&self.slots[self.cursor].value) {
                self.cursor += 1
            } else {
                let isLastVisited = hasComeRound && self.slots.count > start
                self.remove(at: self.cursor)
                if isLastVisited { self.cursor += 1 }
            }
        }
    }

    /// Halves at the earliest when three quarters are free, so that each copy is paid for by as many removals.
    private mutating func shrinkIfSparse() {
        guard self.slots.capacity > Self.smallCapacity, self.slots.count < self.slots.capacity / 4 else { return }
        var slots = ContiguousArray<Slot>()
        slots.reserveCapacity(self.slots.count * 2)
        slots.append(contentsOf: self.slots)
        var indices = [Key: Int](minimumCapacity: self.slots.count * 2)
        for (index, slot) in slots.enumerated() {
            indices[slot.key] = index
        }
        self.slots = slots
        self.indices = indices
    }
}
