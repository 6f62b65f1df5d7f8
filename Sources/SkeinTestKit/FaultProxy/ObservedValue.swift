import Synchronization

/// A value that changes anywhere, and that tasks wait for instead of sleeping. Any thread.
final class ObservedValue<Value: Sendable>: Sendable {
    private struct Waiter {
        let isAwaited: @Sendable (Value) -> Bool
        let arrival: PendingResult<Value>
    }

    private struct State {
        var value: Value
        var waiters: [Waiter] = []
    }

    private let state: Mutex<State>

    init(_ value: Value) {
        self.state = Mutex(State(value: value))
    }

    var value: Value { self.state.withLock { $0.value } }

    /// Changes the value and wakes the tasks that waited for what it is now; linear in the number of waiting tasks.
    func update(_ change: (inout Value) -> Void) {
        let (value, served) = self.state.withLock { state in
            change(&state.value)
            let value = state.value
            let served = state.waiters.filter { $0.isAwaited(value) }.map(\.arrival)
            state.waiters.removeAll { waiter in served.contains { $0 === waiter.arrival } }
            return (value, served)
        }
        for arrival in served { arrival.settle(.success(value)) }
    }

    /// Returns the first value that satisfies `isAwaited`: the present one or a later one. No value between two
    /// changes is missed. Throws `CancellationError` when the task is cancelled.
    @discardableResult
    func wait(until isAwaited: @escaping @Sendable (Value) -> Bool) async throws -> Value {
        let arrival = PendingResult<Value>()
        let present: Value? = self.state.withLock { state in
            if isAwaited(state.value) { return state.value }
            state.waiters.append(Waiter(isAwaited: isAwaited, arrival: arrival))
            return nil
        }
        if let present { return present }
        defer { self.state.withLock { $0.waiters.removeAll { $0.arrival === arrival } } }
        return try await arrival.value()
    }
}
