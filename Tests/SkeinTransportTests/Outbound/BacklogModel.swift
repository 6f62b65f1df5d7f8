@testable import SkeinTransport

/// What a backlog should do, with plain arrays. Channels 0 (none) and 1 close, 2 drops the oldest, 3 keeps the latest.
struct BacklogModel {
    struct Entry: Equatable {
        let number: UInt32
        let size: Int
        let channel: Int
        let publications: Int
    }

    private(set) var entries: [Entry] = []
    /// Everything that was let in, also what was dropped later.
    private(set) var accepted: [Entry] = []
    private(set) var delivered: [UInt32] = []

    var bytes: Int { self.entries.reduce(0) { $0 + $1.size } }

    mutating func append(_ entry: Entry, limit: Int) -> Backlog.Outcome {
        var victims: [Entry] = []
        if entry.channel == 3 {
            victims = self.entries.filter { $0.channel == 3 }
        } else if entry.channel == 2 {
            var excess = self.bytes + entry.size - limit
            for candidate in self.entries where candidate.channel == 2 && excess > 0 {
                victims.append(candidate)
                excess -= candidate.size
            }
        }
        self.entries.removeAll { victims.contains($0) }
        let dropped = victims.reduce(0) { $0 + $1.publications }
        if self.bytes + entry.size > limit {
            guard entry.channel >= 2 else { return .overflow }
            guard self.entries.isEmpty else { return .kept(dropped: dropped + entry.publications) }
        }
        self.entries.append(entry)
        self.accepted.append(entry)
        return .kept(dropped: dropped)
    }

    mutating func take(budget: Int) -> [UInt32] {
        var size = 0
        var count = 0
        for entry in self.entries {
            guard count == 0 || size + entry.size <= budget else { break }
            size += entry.size
            count += 1
        }
        let taken = self.entries.prefix(count).map(\.number)
        self.entries.removeFirst(count)
        self.delivered += taken
        return taken
    }
}
