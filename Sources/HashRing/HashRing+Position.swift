/// Keys that are looked up again and again, in ring after ring.
extension HashRing {
    /// Where a key is on every ring of this profile: all that has to be remembered of it. O(length of the key).
    public func position(of key: some Collection<UInt8>) -> UInt64 {
        if let place = self.placeOfKey(key) { return UInt64(place) }
        return FNV.hash(of: key)
    }

    /// The node that owns the key at a position that a ring of the same profile gave it; nil when no node has weight.
    public func owner(at position: UInt64) -> RingNode? {
        let index =
            self.profile == .rendezvous
            ? self.ownerIndex(ofRendezvousHash: position)
            : self.ownerIndex(ofHash: UInt32(truncatingIfNeeded: position), nearest: self.isNearest)
        return index.map { self.nodes[$0] }
    }
}
