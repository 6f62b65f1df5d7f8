import SkeinCore

/// Decides when clients are moved after a change of the ring, and between which rings.
///
/// Not at once: a load balancer takes some checks to see a newcomer, and a client that is moved before comes back to the same node. A
/// node that is away for less than that moves nobody. `Ring` is what tells rings apart.
struct RebalanceMachine<Ring> {
    /// From where to where.
    struct Move {
        let from: Ring
        let to: Ring
    }

    /// The ring that clients were placed by.
    private var settled: Ring
    private var pending: (ring: Ring, due: MonotonicInstant)?

    init(_ ring: Ring) {
        self.settled = ring
    }

    /// The ring has changed; the time to settle begins again.
    mutating func changed(to ring: Ring, settlesAt due: MonotonicInstant) {
        self.pending = (ring, due)
    }

    /// The move whose time has come, once.
    mutating func due(now: MonotonicInstant) -> Move? {
        guard let pending, now >= pending.due else { return nil }
        self.pending = nil
        defer { self.settled = pending.ring }
        return Move(from: self.settled, to: pending.ring)
    }
}

extension RebalanceMachine: Sendable where Ring: Sendable {}
extension RebalanceMachine.Move: Sendable where Ring: Sendable {}
