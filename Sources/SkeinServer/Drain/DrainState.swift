import SkeinCore
import Synchronization

/// Whether the node is giving its clients away, for everybody who asks. Any thread.
final class DrainState: Sendable {
    /// How far it is.
    enum Phase: Int, Sendable {
        /// The node takes clients.
        case serving = 0
        /// Health is red; nobody has been told.
        case announced = 1
        /// Clients are told.
        case moving = 2
        /// What is left is ended.
        case ending = 3
    }

    private let phaseNumber = Atomic<Int>(Phase.serving.rawValue)
    private let checked = Mutex<MonotonicInstant?>(nil)
    private let requests = AsyncStream<Void>.makeStream()
    private let isRequested = Atomic<Bool>(false)

    /// How far it is.
    var phase: Phase {
        get { Phase(rawValue: self.phaseNumber.load(ordering: .acquiring)) ?? .serving }
        set { self.phaseNumber.store(newValue.rawValue, ordering: .releasing) }
    }

    /// Whether the node no longer wants clients.
    var isDraining: Bool { self.phase != .serving || self.isRequested.load(ordering: .acquiring) }

    /// Asks for the drain and the end of the node. More often is the same as once.
    func request() {
        self.isRequested.store(true, ordering: .releasing)
        self.requests.continuation.yield()
    }

    /// Returns when somebody has asked, or when the task is cancelled.
    func requested() async {
        for await _ in self.requests.stream { return }
    }

    /// Somebody has looked at the node's health.
    func noteCheck(now: MonotonicInstant) {
        self.checked.withLock { $0 = now }
    }

    /// Whether somebody looks now and then, such as a load balancer.
    func isChecked(now: MonotonicInstant, within span: Duration = .seconds(60)) -> Bool {
        self.checked.withLock { $0 }.map { now.since($0) <= span } ?? false
    }
}
