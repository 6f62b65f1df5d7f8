public import NIOCore
public import SkeinCore
import Synchronization

/// The events that wait for one event loop, in the order in which the broker delivered them.
///
/// The first event of a turn schedules one task on the loop; all that arrive before it runs are handled by it together. Any
/// thread may append; only the loop takes.
public final class LoopInbox: Sendable {
    /// An event and where it goes.
    public struct Delivery: Sendable {
        /// What happened.
        public let event: TopicEvent
        /// On which channel.
        public let topic: Topic
    }

    /// The loop that takes.
    public let eventLoop: any EventLoop
    private let waiting = Mutex<[Delivery]>([])
    private let onArrival: @Sendable () -> Void

    /// `onArrival` runs on `eventLoop` once for each batch and calls ``exchange(for:)``.
    public init(eventLoop: any EventLoop, onArrival: @escaping @Sendable () -> Void) {
        self.eventLoop = eventLoop
        self.onArrival = onArrival
    }

    /// Appends an event. Called from any thread.
    public func append(_ event: TopicEvent, on topic: Topic) {
        let isFirst = self.waiting.withLock { waiting in
            waiting.append(Delivery(event: event, topic: topic))
            return waiting.count == 1
        }
        if isFirst { self.eventLoop.execute(self.onArrival) }
    }

    /// Takes what has arrived and leaves `empty`, whose capacity the next batch uses. Called on the loop.
    public func exchange(for empty: inout [Delivery]) {
        self.waiting.withLock { waiting in
            swap(&waiting, &empty)
        }
    }
}
