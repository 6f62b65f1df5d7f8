import SkeinCluster
import SkeinCore
import Synchronization

/// Counts events instead of handing them on, and measures the thread that brings them.
final class CountingSink: TopicEventSink {
    private struct Run {
        var left: Int
        var start: Reading?
        let then: @Sendable (Sample) -> Void
    }

    private let run = Mutex<Run?>(nil)

    /// From the next event on so many more; `then` is called on their thread.
    func measure(_ events: Int, then: @escaping @Sendable (Sample) -> Void) {
        self.run.withLock { $0 = Run(left: events, then: then) }
    }

    func deliver(_ event: TopicEvent, to topic: Topic) {
        self.run.withLock { run in
            guard let start = run?.start else {
                run?.start = .now()
                return
            }
            run?.left -= 1
            guard run?.left == 0 else { return }
            run?.then(start.elapsed())
            run = nil
        }
    }
}
