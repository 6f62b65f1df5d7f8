public import SkeinCluster
public import SkeinCore
import Synchronization

/// Remembers every event in the order in which a broker delivered it, and lets a task wait for one.
public final class RecordingSink: TopicEventSink {
    private struct Waiter {
        let topic: Topic
        let isAwaited: @Sendable (TopicEvent) -> Bool
        let arrival: PendingResult<Void>
    }

    private struct State {
        var events: [Topic: [TopicEvent]] = [:]
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    /// Makes a sink that has heard nothing.
    public init() {}

    public func deliver(_ event: TopicEvent, to topic: Topic) {
        let arrivals = self.state.withLock { state in
            state.events[topic, default: []].append(event)
            let served = state.waiters.filter { $0.topic == topic && $0.isAwaited(event) }.map(\.arrival)
            state.waiters.removeAll { waiter in served.contains { $0 === waiter.arrival } }
            return served
        }
        for arrival in arrivals { arrival.settle(.success(())) }
    }

    /// What the topic's subscribers would have seen so far.
    public func events(of topic: Topic) -> [TopicEvent] {
        self.state.withLock { $0.events[topic] ?? [] }
    }

    /// The publications among ``events(of:)``.
    public func publications(of topic: Topic) -> [Publication] {
        self.events(of: topic).compactMap { event in
            if case .publication(let publication) = event { publication } else { nil }
        }
    }

    /// Returns as soon as an event that satisfies `isAwaited` has arrived, also if it did before the call.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func waitForEvent(of topic: Topic, where isAwaited: @escaping @Sendable (TopicEvent) -> Bool) async throws {
        let arrival = PendingResult<Void>()
        let hasArrived = self.state.withLock { state in
            if (state.events[topic] ?? []).contains(where: isAwaited) { return true }
            state.waiters.append(Waiter(topic: topic, isAwaited: isAwaited, arrival: arrival))
            return false
        }
        if !hasArrived { try await arrival.value() }
    }
}
