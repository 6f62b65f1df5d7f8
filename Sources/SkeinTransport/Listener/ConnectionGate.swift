import Synchronization

/// Counts the connections of a node and refuses those above its limit. Any thread.
final class ConnectionGate: Sendable {
    private let open = Atomic<Int>(0)
    let limit: Int

    /// `limit` connections at once.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether one more may stay. Each call, whatever its answer, needs its ``leave()``.
    func enter() -> Bool {
        self.open.wrappingAdd(1, ordering: .relaxed).newValue <= self.limit
    }

    func leave() {
        self.open.wrappingSubtract(1, ordering: .relaxed)
    }
}
