/// Decides when to ping a client and when its silence means that it is gone.
///
/// The first ping comes after a random part of the interval, so that clients that connected together are not pinged together.
public struct KeepAlive: Sendable, Equatable {
    private enum State: Sendable, Equatable {
        /// Nothing is sent before the session is accepted.
        case idle
        case waiting(nextPing: MonotonicInstant)
        case pinged(pongDue: MonotonicInstant, nextPing: MonotonicInstant)
    }

    private var state: State = .idle

    /// Sends nothing until ``start(firstPing:)``.
    public init() {}

    /// The session was accepted.
    public mutating func start(firstPing: MonotonicInstant) {
        self.state = .waiting(nextPing: firstPing)
    }

    /// What to do at a point in time.
    public enum TickAction: Sendable, Equatable {
        case none
        case sendPing
        /// The client did not answer in time.
        case declareGone
    }

    /// Time has passed.
    public mutating func tick(now: MonotonicInstant, limits: SessionLimits) -> TickAction {
        switch self.state {
        case .idle:
            return .none
        case .waiting(let nextPing):
            guard now >= nextPing else { return .none }
            self.state = .pinged(pongDue: now + limits.pongTimeout, nextPing: now + limits.pingInterval)
            return .sendPing
        case .pinged(let pongDue, _):
            return now >= pongDue ? .declareGone : .none
        }
    }

    /// A pong arrived. False when none was due, which the client protocol forbids.
    public mutating func receivedPong() -> Bool {
        guard case .pinged(_, let nextPing) = self.state else { return false }
        self.state = .waiting(nextPing: nextPing)
        return true
    }

    /// When ``tick(now:limits:)`` has something to do.
    public var deadline: MonotonicInstant {
        switch self.state {
        case .idle: .distantFuture
        case .waiting(let nextPing): nextPing
        case .pinged(let pongDue, _): pongDue
        }
    }
}
