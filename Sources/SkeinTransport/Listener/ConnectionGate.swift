import Synchronization

/// Counts the connections of a node and refuses those above its limit. Any thread.
final class ConnectionGate: Sendable {
    private struct State {
        var open = 0
        var counted = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())
    let limit: Int

    /// `limit` connections at once.
    init(limit: Int) {
        self.limit = limit
    }

    /// Connections that there are, of every kind.
    var openCount: Int { self.state.withLock { $0.open } }

    /// Whether one more may stay; one that does not count always may. Each call, whatever its answer, needs its
    /// ``leave(counts:)``.
    func enter(counts: Bool) -> Bool {
        self.state.withLock { state in
            state.open += 1
            guard counts else { return true }
            state.counted += 1
            return state.counted <= self.limit
        }
    }

    func leave(counts: Bool) {
        let waiting = self.state.withLock { state -> [Int: CheckedContinuation<Void, Never>] in
            state.open -= 1
            if counts { state.counted -= 1 }
            guard state.open == 0 else { return [:] }
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Returns when there is no connection, or when the task is cancelled.
    func emptied() async {
        let waiter = self.state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isEmpty = self.state.withLock { state in
                    guard state.open > 0, !Task.isCancelled else { return true }
                    state.waiting[waiter] = continuation
                    return false
                }
                if isEmpty { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
        }
    }
}
