/// Who owns a key when its owner is gone.
extension HashRing {
    /// Up to `count` different nodes: the owner, then the one that owns the key when the first is taken out of the
    /// ring, and so on. Nodes without weight are never among them.
    ///
    /// It is what HAProxy chooses as servers go down, into maintenance or into drain. (A connection that HAProxy
    /// *redispatches* before a health check has seen the failure goes elsewhere: to the next point clockwise.) nginx
    /// passes dead servers in the same order, but only over 20 points; then it takes any server.
    ///
    /// O(count × points of a node in a row) on rings; `ketama` makes a new ring for each node.
    public func preference(of key: String, count: Int) -> [RingNode] {
        self.preference(of: key.utf8, count: count)
    }

    /// The same for the bytes of a key.
    public func preference(of key: some Collection<UInt8>, count: Int) -> [RingNode] {
        let count = min(count, self.usableCount)
        guard count > 0 else { return [] }
        if self.profile == .ketama { return self.ketamaPreference(of: Array(key), count: count) }
        guard let place = self.placeOfKey(key) else {
            return self.rendezvous.preference(of: FNV.hash(of: key)).prefix(count).map { self.nodes[$0] }
        }
        return self.points
            .preference(of: place, count: count, nodes: self.nodes.count, nearest: self.isNearest)
            .map { self.nodes[$0] }
    }

    /// The owner among the nodes of a zone: the first of the preference list that is there. The owner in all zones when
    /// the zone has no node with weight. O(points) at worst.
    public func owner(of key: String, inZone zone: String) -> RingNode? {
        let nodes = self.preference(of: key.utf8, count: self.usableCount)
        return nodes.first { $0.zone == zone } ?? nodes.first
    }

    /// The number of points of each node depends on who else is there.
    private func ketamaPreference(of key: [UInt8], count: Int) -> [RingNode] {
        var ring = self
        var result: [RingNode] = []
        while result.count < count, let index = ring.ownerIndex(of: key) {
            result.append(ring.nodes[index])
            var rest = ring.nodes
            rest.remove(at: index)
            let points = PointTable(KetamaPoints.list(of: rest))
            ring = HashRing(nodes: rest, profile: .ketama, epoch: self.epoch, points: points)
        }
        return result
    }
}
