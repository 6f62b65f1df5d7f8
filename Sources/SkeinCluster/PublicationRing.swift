import SkeinCore

/// The newest publications of a stream.
///
/// Offsets are contiguous and the capacity is a power of two, so that the place of a publication is its offset modulo
/// the capacity: nothing else has to be remembered or moved. Grows when it is full, shrinks when it is mostly empty.
struct PublicationRing {
    /// The offset of the newest publication ever appended; survives removal.
    private(set) var top: UInt64 = 0
    /// How many are kept: the offsets after `top - count`, up to `top`.
    private(set) var count = 0
    /// The size of their payloads.
    private(set) var bytes = 0

    private var places: ContiguousArray<Publication?> = []

    private static var smallestCapacity: Int { 4 }

    /// How many fit without growing; for tests of the promise about memory.
    var capacity: Int { self.places.count }

    /// Appends a publication whose offset is `top + 1`. O(1), amortised.
    mutating func append(_ publication: Publication) {
        precondition(publication.offset == self.top + 1, "offset \(publication.offset) after \(self.top)")
        if self.count == self.places.count {
            self.resize(to: max(Self.smallestCapacity, self.places.count * 2))
        }
        self.top = publication.offset
        self.count += 1
        self.bytes += publication.data.count
        self.places[self.place(of: publication.offset)] = publication
    }

    /// Removes the oldest until at most `limit` are left. O(removed), amortised.
    mutating func trim(to limit: Int) {
        guard self.count > limit else { return }
        while self.count > max(0, limit) {
            let place = self.place(of: self.top - UInt64(self.count) + 1)
            self.bytes -= self.places[place]?.data.count ?? 0
            self.places[place] = nil
            self.count -= 1
        }
        if self.count == 0 {
            self.places = []
        } else if self.count <= self.places.count / 4, self.places.count > Self.smallestCapacity {
            self.resize(to: self.places.count / 2)
        }
    }

    /// The publications with offsets in `first...last`, which must be kept. O(their number).
    func publications(from first: UInt64, through last: UInt64) -> [Publication] {
        guard first <= last else { return [] }
        var result: [Publication] = []
        result.reserveCapacity(Int(last - first) + 1)
        for offset in first...last {
            if let publication = self.places[self.place(of: offset)] { result.append(publication) }
        }
        return result
    }

    private func place(of offset: UInt64) -> Int {
        Int(truncatingIfNeeded: offset) & (self.places.count - 1)
    }

    private mutating func resize(to capacity: Int) {
        let kept = self.publications(from: self.top - UInt64(self.count) + 1, through: self.top)
        self.places = ContiguousArray(repeating: nil, count: capacity)
        for publication in kept {
            self.places[self.place(of: publication.offset)] = publication
        }
    }
}
