/// Which node owns which key: an immutable value that repeats a load balancer's choice.
///
/// A change of the nodes makes a new ring. Reading needs no lock; a copy costs a few reference counts.
public struct HashRing: Sendable {
    /// The nodes in the order given, drained ones included. Two nodes at one place of a ring are told apart by this
    /// order, so give the nodes as the balancer's configuration does.
    public let nodes: [RingNode]
    /// The caller's number for this state of the nodes. The ring does not look at it.
    public let epoch: UInt64
    /// Whose choice this is.
    public let profile: RingProfile
    /// Empty in the profile `rendezvous`.
    let points: PointTable
    /// Of use in the profile `rendezvous` alone.
    let rendezvous: RendezvousTable
    /// How many nodes own something.
    let usableCount: Int

    /// Makes the ring.
    ///
    /// O(points): 1,600 for a node of weight 100 in a HAProxy ring, ten times as many in nginx'.
    ///
    /// - Throws: ``RingError`` for weights outside 0 to 256, for equal names, and for nodes that the profile cannot
    ///   place or cannot tell apart. Ids matter to HAProxy profiles alone.
    public init(nodes: [RingNode], profile: RingProfile = .standard, epoch: UInt64 = 0) throws(RingError) {
        try Self.validate(nodes, for: profile)
        let list: PointList =
            switch profile {
            case .haproxy(_, _, let key): try HAProxyPoints.list(of: nodes, key: key)
            case .nginx: NginxPoints.list(of: nodes)
            case .ketama: KetamaPoints.list(of: nodes)
            case .rendezvous: PointList(capacity: 0)
            }
        self.init(nodes: nodes, profile: profile, epoch: epoch, points: PointTable(list))
    }

    /// A ring of nodes that were valid before.
    init(nodes: [RingNode], profile: RingProfile, epoch: UInt64, points: PointTable) {
        self.nodes = nodes
        self.profile = profile
        self.epoch = epoch
        self.points = points
        self.rendezvous = RendezvousTable(profile == .rendezvous ? nodes : [])
        if profile == .rendezvous {
            self.usableCount = nodes.count { $0.weight > 0 }
        } else {
            var owns = [Bool](repeating: false, count: nodes.count)
            for point in 0..<points.count { owns[points.node(point)] = true }
            self.usableCount = owns.count { $0 }
        }
    }

    /// Whether the nearest point owns a hash, as in HAProxy, or the next one, as everywhere else.
    var isNearest: Bool {
        if case .haproxy = self.profile { true } else { false }
    }
}
