/// What samples say about a balancer.
public enum RingVerdict: Sendable, Hashable, CustomStringConvertible {
    /// The balancer chooses as configured.
    case agrees(RingCandidate)
    /// It chooses, but in another way: one of these.
    case differs(configured: RingCandidate, found: [RingCandidate])
    /// No candidate fits.
    case unknown(configured: RingCandidate)
    /// Equal ids got different nodes: it does not choose by the id at all.
    case unsteady
    /// Answers came from nodes that are not among those known.
    case strangers([String])
    /// With a single node that takes clients, every way of choosing is the same.
    case undecidable

    /// Whether the ring can be relied on.
    public var isGood: Bool {
        switch self {
        case .agrees, .undecidable: true
        case .differs, .unknown, .unsteady, .strangers: false
        }
    }

    public var description: String {
        switch self {
        case .agrees(let candidate): "The balancer chooses as configured: \(candidate)."
        case .differs(let configured, let found):
            "The balancer chooses by \(found.map(\.description).joined(separator: " or ")), not by \(configured). "
                + "Change the profile to that, or the balancer to what `skein ring haproxy` prints."
        case .unknown(let configured):
            "No profile predicts the balancer, \(configured) neither. Compare the ids, weights and states of its "
                + "servers with the nodes (`skein ring sync --once`), and what it hashes with what "
                + "`skein ring haproxy` prints."
        case .unsteady:
            "The balancer gives one id to different nodes: it does not choose by the query parameter cid. "
                + "Use the configuration that `skein ring haproxy` prints."
        case .strangers(let names):
            "Answers came from \(names.joined(separator: ", ")), which are not among the nodes. "
                + "Is this the balancer of this cluster?"
        case .undecidable: "Only one node takes clients, so every profile matches. Verify again with two nodes or more."
        }
    }
}
