import Testing

@testable import SkeinTransport

@Suite(.timeLimit(.minutes(1)))
struct ConnectionGateTests {
    @Test func `as many as the limit may stay`() {
        let gate = ConnectionGate(limit: 2)
        #expect(gate.enter(counts: true))
        #expect(gate.enter(counts: true))
        #expect(!gate.enter(counts: true))
        #expect(!gate.enter(counts: true))
        gate.leave(counts: true)
        #expect(!gate.enter(counts: true), "those that were refused count until they are gone")
        for _ in 0..<3 { gate.leave(counts: true) }
        #expect(gate.enter(counts: true))
    }

    @Test func `a limit of zero refuses everybody`() {
        let gate = ConnectionGate(limit: 0)
        #expect(!gate.enter(counts: true))
    }

    @Test func `an empty gate is emptied at once`() async {
        let gate = ConnectionGate(limit: 2)
        await gate.emptied()
        _ = gate.enter(counts: true)
        gate.leave(counts: true)
        await gate.emptied()
    }

    @Test func `everybody who waits hears that the last one has left`() async {
        let gate = ConnectionGate(limit: 2)
        _ = gate.enter(counts: true)
        _ = gate.enter(counts: true)
        await withTaskGroup { group in
            for _ in 0..<5 { group.addTask { await gate.emptied() } }
            gate.leave(counts: true)
            gate.leave(counts: true)
            await group.waitForAll()
        }
        #expect(gate.enter(counts: true), "the gate goes on")
    }

    @Test func `a cancelled task does not wait, whether it was cancelled before or during`() async {
        let gate = ConnectionGate(limit: 2)
        _ = gate.enter(counts: true)
        let waiting = Task { await gate.emptied() }
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await gate.emptied()
        }
        await late.value
        waiting.cancel()
        await waiting.value
        gate.leave(counts: true)
        await gate.emptied()
    }

    @Test func `many tasks that come, go, wait and are cancelled leave nobody behind`() async {
        let gate = ConnectionGate(limit: 10)
        await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    _ = gate.enter(counts: true)
                    let waiter = Task { await gate.emptied() }
                    await Task.yield()
                    if number % 3 == 0 { waiter.cancel() }
                    gate.leave(counts: true)
                    if number % 3 == 0 { await waiter.value }
                }
            }
            await group.waitForAll()
        }
        await gate.emptied()
        #expect(gate.enter(counts: true))
    }
}
