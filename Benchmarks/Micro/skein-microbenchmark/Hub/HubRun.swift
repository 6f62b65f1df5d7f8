import CAllocationCounter
import NIOCore

/// Does something once in each of so many turns of an event loop, and measures the loop's thread meanwhile. Confined to the loop.
///
/// Calls of `send(2)` by the thread are swallowed until the last turn is over.
final class HubRun {
    private let eventLoop: NIOIsolatedEventLoop
    private let deliver: () -> Void
    private let then: (_ sample: Sample, _ sends: Int) -> Void
    private var left: Int
    private var start = Reading.now()
    private var sendsBefore: UInt = 0
    private var goOn: () -> Void = {}

    /// On the loop.
    init(
        _ turns: Int,
        eventLoop: any EventLoop,
        deliver: @escaping () -> Void,
        then: @escaping (_ sample: Sample, _ sends: Int) -> Void
    ) {
        self.eventLoop = eventLoop.assumeIsolated()
        self.left = turns
        self.deliver = deliver
        self.then = then
        // One closure for all turns; `end` breaks the circle.
        self.goOn = { self.turn() }
    }

    func begin() {
        benchmark_swallow_sends(1)
        self.sendsBefore = UInt(benchmark_swallowed_sends())
        self.start = Reading.now()
        self.turn()
    }

    private func turn() {
        guard self.left > 0 else { return self.end() }
        self.left -= 1
        // The first schedules the turn's end; what is scheduled behind it runs when all has been sent.
        self.deliver()
        self.eventLoop.execute(self.goOn)
    }

    private func end() {
        let sample = self.start.elapsed()
        benchmark_swallow_sends(0)
        self.goOn = {}
        self.then(sample, Int(UInt(benchmark_swallowed_sends()) - self.sendsBefore))
    }
}
