import NIOCore
import SkeinCluster
import SkeinCore
import Synchronization

/// A broker whose answers and deliveries come when a test says so: a `MemoryBroker` behind a link that can be slow.
///
/// An operation that is held has two moments, as it has over a network: when it takes effect and when its answer arrives.
/// Events travel apart from answers and keep their order.
final class HeldBroker: Broker {
    enum Operation: Hashable {
        case publish, subscribe, history, recover, enter, leave, presence
    }

    /// A call that waits.
    private struct Call: Sendable {
        let operation: Operation
        let act: @Sendable () -> Void
        let finish: @Sendable () -> Void
        let fail: @Sendable (BrokerError) -> Void
        var hasActed = false
    }

    private struct State {
        var held: Set<Operation> = []
        var calls: [Call] = []
        var holdsEvents = false
        var events: [(TopicEvent, Topic)] = []
        var interests: [Topic: Int] = [:]
        var subscribeCalls = 0
        var stackDepths: [UInt] = []
        var announcements: [String] = []
    }

    /// Between the engine and the node.
    private final class Link: TopicEventSink {
        let state = Mutex(State())
        private let sink: any TopicEventSink

        init(sink: any TopicEventSink) {
            self.sink = sink
        }

        func deliver(_ event: TopicEvent, to topic: Topic) {
            let isPassed = self.state.withLock { state in
                guard state.interests[topic, default: 0] > 0 else { return false }
                guard state.holdsEvents else { return true }
                state.events.append((event, topic))
                return false
            }
            if isPassed { self.sink.deliver(event, to: topic) }
        }

        func deliverNext() -> Bool {
            guard let (event, topic) = self.state.withLock({ $0.events.isEmpty ? nil : $0.events.removeFirst() }) else {
                return false
            }
            self.sink.deliver(event, to: topic)
            return true
        }
    }

    let engine: MemoryBroker
    private let link: Link

    init(sink: any TopicEventSink, clock: Clock) {
        let link = Link(sink: sink)
        self.link = link
        self.engine = MemoryBroker(sink: link, clock: clock, makeEpoch: { "epoch" })
    }

    // MARK: What tests do

    /// Keeps back the answers to these operations from now on.
    func hold(_ operations: Operation...) {
        self.link.state.withLock { $0.held.formUnion(operations) }
    }

    /// Answers these operations at once again; what waits goes on waiting.
    func release(_ operations: Operation...) {
        self.link.state.withLock { $0.held.subtract(operations) }
    }

    /// Keeps back events from now on.
    func holdEvents() {
        self.link.state.withLock { $0.holdsEvents = true }
    }

    /// What waits, oldest first.
    var waiting: [Operation] { self.link.state.withLock { $0.calls.map(\.operation) } }
    /// Events that wait.
    var waitingEvents: Int { self.link.state.withLock { $0.events.count } }
    /// Declarations of interest that were not taken back.
    var interests: Int { self.link.state.withLock { $0.interests.values.reduce(0, +) } }
    /// Declarations of interest ever.
    var subscribeCalls: Int { self.link.state.withLock { $0.subscribeCalls } }
    /// `join client` and `leave client`, in order.
    var announcements: [String] { self.link.state.withLock { $0.announcements } }
    /// Where the stack was at each declaration of interest.
    var stackDepths: [UInt] { self.link.state.withLock { $0.stackDepths } }

    /// The oldest waiting call of this kind takes effect.
    func act(_ operation: Operation) {
        let call: Call? = self.link.state.withLock { state in
            guard let index = state.calls.firstIndex(where: { $0.operation == operation && !$0.hasActed }) else {
                return nil
            }
            state.calls[index].hasActed = true
            return state.calls[index]
        }
        call?.act()
    }

    /// The oldest waiting call of this kind is answered; it takes effect first if it has not.
    func finish(_ operation: Operation) {
        guard let call = self.take(operation) else { return }
        if !call.hasActed { call.act() }
        call.finish()
    }

    /// The oldest waiting call of this kind fails.
    func fail(_ operation: Operation, _ code: BrokerError.Code = .unavailable) {
        self.take(operation)?.fail(BrokerError(code, "test"))
    }

    /// Answers everything that waits, oldest first, and what follows from it.
    func finishAll() {
        while let operation = self.waiting.first { self.finish(operation) }
    }

    /// The oldest event that waits arrives.
    func deliverNext() {
        _ = self.link.deliverNext()
    }

    /// The oldest event that waits is lost.
    func loseNext() {
        self.link.state.withLock { if !$0.events.isEmpty { $0.events.removeFirst() } }
    }

    private func take(_ operation: Operation) -> Call? {
        self.link.state.withLock { state in
            state.calls.firstIndex { $0.operation == operation }.map { state.calls.remove(at: $0) }
        }
    }

    private func perform<Value: Sendable>(
        _ operation: Operation,
        _ completion: Completion<Value>,
        _ body: @escaping @Sendable (Completion<Value>) -> Void
    ) {
        guard self.link.state.withLock({ $0.held.contains(operation) }) else { return body(completion) }
        let answer = Answer<Value>()
        let call = Call(
            operation: operation,
            act: { body(Completion(on: completion.eventLoop) { result in answer.result.withLock { $0 = result } }) },
            finish: { answer.result.withLock({ $0 }).map { completion($0) } },
            fail: { completion.fail($0) }
        )
        self.link.state.withLock { $0.calls.append(call) }
    }

    private final class Answer<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, BrokerError>?>(nil)
    }
}

// MARK: - Broker

extension HeldBroker {
    var isReachable: Bool { true }

    func publish(
        _ publication: Publication,
        to topic: Topic,
        retention: Retention,
        idempotencyKey: IdempotencyKey?,
        completion: Completion<StreamPosition>
    ) {
        self.perform(.publish, completion) {
            self.engine.publish(
                publication,
                to: topic,
                retention: retention,
                idempotencyKey: idempotencyKey,
                completion: $0
            )
        }
    }

    func announce(_ event: TopicEvent, to topic: Topic) {
        self.link.state.withLock { state in
            switch event {
            case .join(let info): state.announcements.append("join \(info.client)")
            case .leave(let info): state.announcements.append("leave \(info.client)")
            case .publication, .gap: break
            }
        }
        self.engine.announce(event, to: topic)
    }

    func subscribe(to topic: Topic, completion: Completion<Void>) {
        var mark: UInt8 = 0
        let depth = withUnsafeMutablePointer(to: &mark) { UInt(bitPattern: $0) }
        self.link.state.withLock { state in
            state.subscribeCalls += 1
            state.stackDepths.append(depth)
        }
        self.perform(.subscribe, completion) { completion in
            self.link.state.withLock { $0.interests[topic, default: 0] += 1 }
            completion.succeed(())
        }
    }

    func unsubscribe(from topic: Topic) {
        self.link.state.withLock { $0.interests[topic, default: 0] -= 1 }
    }

    func history(of topic: Topic, query: HistoryQuery, retention: Retention, completion: Completion<HistoryResult>) {
        self.perform(.history, completion) {
            self.engine.history(of: topic, query: query, retention: retention, completion: $0)
        }
    }

    func recover(
        _ topic: Topic,
        since: StreamPosition,
        mode: ChannelRules.RecoveryMode,
        limit: Int,
        retention: Retention,
        completion: Completion<Recovery>
    ) {
        self.perform(.recover, completion) {
            self.engine.recover(
                topic,
                since: since,
                mode: mode,
                limit: limit,
                retention: retention,
                completion: $0
            )
        }
    }

    func removeHistory(of topic: Topic, completion: Completion<Void>) {
        self.engine.removeHistory(of: topic, completion: completion)
    }

    func enter(
        _ member: ClientInfo,
        into topic: Topic,
        announcesLeave: Bool,
        maximumMembers: Int,
        completion: Completion<Bool>
    ) {
        self.perform(.enter, completion) {
            self.engine.enter(
                member,
                into: topic,
                announcesLeave: announcesLeave,
                maximumMembers: maximumMembers,
                completion: $0
            )
        }
    }

    func leave(_ client: String, from topic: Topic, announcing: Bool, completion: Completion<Bool>) {
        self.perform(.leave, completion) { completion in
            if announcing { self.link.state.withLock { $0.announcements.append("leave \(client)") } }
            self.engine.leave(client, from: topic, announcing: announcing, completion: completion)
        }
    }

    func presence(of topic: Topic, completion: Completion<[PresenceMember]>) {
        self.perform(.presence, completion) { self.engine.presence(of: topic, completion: $0) }
    }

    func presenceStats(of topic: Topic, completion: Completion<PresenceStats>) {
        self.perform(.presence, completion) { self.engine.presenceStats(of: topic, completion: $0) }
    }
}
