import HashRing
import SkeinCluster
import SkeinTransport
import Synchronization

/// The ring as this node knows it. Any thread.
///
/// Fed from the registry. While that is away the last ring stays: who owns whom decides where clients are, never what they get.
final class RingKeeper: Sendable {
    /// A ring with what this node has to know about it.
    struct Snapshot: Sendable {
        let ring: HashRing
        /// This node's place in it; nil when it has none, or no weight.
        let own: RingNode?

        /// Whether this node owns the place.
        func owns(_ position: UInt64) -> Bool {
            guard let own else { return false }
            return self.ring.owner(at: position)?.name == own.name
        }
    }

    let node: String
    let secret: [UInt8]
    /// Whether there are other nodes, or may be.
    let isShared: Bool
    private let profile: RingProfile
    private let snapshot: Mutex<Snapshot>

    /// Starts with `nodes`, which are this one alone until the registry has been heard.
    init(node: String, nodes: [RingNode], profile: RingProfile, secret: [UInt8], isShared: Bool) throws(RingError) {
        self.node = node
        self.profile = profile
        self.secret = secret
        self.isShared = isShared
        let ring = try HashRing(nodes: nodes, profile: profile)
        self.snapshot = Mutex(Self.snapshot(ring, node))
    }

    /// The ring now.
    var now: Snapshot { self.snapshot.withLock { $0 } }

    /// Takes over what the registry says. Returns the new ring, or nil when it is the same as before.
    ///
    /// - Throws: what makes the nodes no ring; the last one stays.
    func update(_ list: NodeList) throws(RingError) -> Snapshot? {
        let nodes = list.nodes.map(RingNode.init)
        let epoch = UInt64(clamping: list.epoch)
        let before = self.now.ring
        guard nodes != before.nodes || epoch != before.epoch else { return nil }
        let made = Self.snapshot(try HashRing(nodes: nodes, profile: self.profile, epoch: epoch), self.node)
        self.snapshot.withLock { $0 = made }
        return made
    }

    /// Where a client id is on every ring of the profile.
    func position(of cid: String) -> UInt64 {
        self.position(of: cid, on: self.now)
    }

    /// The same for a ring that the caller has.
    func position(of cid: String, on snapshot: Snapshot) -> UInt64 {
        snapshot.ring.position(of: AffinityKey.bytes(cid: cid, secret: self.secret))
    }

    private static func snapshot(_ ring: HashRing, _ node: String) -> Snapshot {
        Snapshot(ring: ring, own: ring.nodes.first { $0.name == node && $0.weight > 0 })
    }
}

extension RingNode {
    /// A node as the registry knows it.
    init(_ record: NodeRecord) {
        self.init(
            name: record.name,
            id: UInt32(clamping: record.id),
            address: record.description.address,
            weight: min(256, max(0, record.description.weight)),
            zone: record.description.zone.isEmpty ? nil : record.description.zone
        )
    }
}
