import Testing

@testable import SkeinTransport

@Suite(.timeLimit(.minutes(1)))
struct ConnectionGateTests {
    @Test func `as many as the limit may stay`() {
        let gate = ConnectionGate(limit: 2)
        #expect(gate.enter())
        #expect(gate.enter())
        #expect(!gate.enter())
        #expect(!gate.enter())
        gate.leave()
        #expect(!gate.enter(), "those that were refused count until they are gone")
        for _ in 0..<3 { gate.leave() }
        #expect(gate.enter())
    }

    @Test func `a limit of zero refuses everybody`() {
        let gate = ConnectionGate(limit: 0)
        #expect(!gate.enter())
    }

    @Test func `an empty gate is emptied at once`() async {
        let gate = ConnectionGate(limit: 2)
        await gate.emptied()
        _ = gate.enter()
        gate.leave()
        await gate.emptied()
    }

    @Test func `everybody who waits hears that the last one has left`() async {
        let gate = ConnectionGate(limit: 2)
        _ = gate.enter()
        _ = gate.enter()
        await withTaskGroup { group in
            for _ in 0..<5 { group.addTask { await gate.emptied() } }
            gate.leave()
            gate.leave()
            await group.waitForAll()
        }
        #expect(gate.enter(), "the gate goes on")
    }

    @Test func `a cancelled task does not wait, whether it was cancelled before or during`() async {
        let gate = ConnectionGate(limit: 2)
        _ = gate.enter()
        let waiting = Task { await gate.emptied() }
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await gate.emptied()
        }
        await late.value
        waiting.cancel()
        await waiting.value
        gate.leave()
        await gate.emptied()
    }

    @Test func `many tasks that come, go, wait and are cancelled leave nobody behind`() async {
        let gate = ConnectionGate(limit: 10)
        await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    _ = gate.enter()
                    let waiter = Task { await gate.emptied() }
                    await Task.yield()
                    if number % 3 == 0 { waiter.cancel() }
                    gate.leave()
                    if number % 3 == 0 { await waiter.value }
                }
            }
            await group.waitForAll()
        }
        await gate.emptied()
        #expect(gate.enter())
    }
}
