/// The owner of a key.
extension HashRing {
    /// The node that owns the key: that the balancer would choose for these bytes. Nil when no node has weight.
    ///
    /// Does not allocate, except in the profile `ketama`.
    @inlinable
    public func owner(of key: some Collection<UInt8>) -> RingNode? {
        self.ownerIndex(of: key).map { self.nodes[$0] }
    }

    /// The node that owns the UTF-8 bytes of the key.
    @inlinable
    public func owner(of key: String) -> RingNode? {
        self.ownerIndex(of: key.utf8).map { self.nodes[$0] }
    }

    /// The place of the owner in ``nodes``, which also spares the reference counts of its texts.
    @inlinable
    public func ownerIndex(of key: some Collection<UInt8>) -> Int? {
        // Safe: the bytes are only iterated. A string's own iterator takes twice as long for each of them.
        let index = key.withContiguousStorageIfAvailable { unsafe self.ownerIndex(iterating: $0) }
        return index ?? self.ownerIndex(iterating: key)
    }

    @inlinable
    func ownerIndex(iterating key: some Collection<UInt8>) -> Int? {
        switch self.profile {
        case .haproxy(let function, let avalanche, _):
            self.ownerIndex(ofHash: function.hash(of: key, avalanche: avalanche), nearest: true)
        case .nginx: self.ownerIndex(ofHash: CRC32.checksum(of: key), nearest: false)
        case .ketama: self.ownerIndex(ofHash: MD5.digest(of: Array(key)).0, nearest: false)
        case .rendezvous: self.ownerIndex(ofRendezvousHash: FNV.hash(of: key))
        }
    }

    /// Kept out of line: callers are specialized for their kind of key, and the search is the same for all.
    @usableFromInline
    func ownerIndex(ofHash hash: UInt32, nearest: Bool) -> Int? {
        self.points.index(owning: hash, nearest: nearest).map { self.points.node($0) }
    }

    @usableFromInline
    func ownerIndex(ofRendezvousHash hash: UInt64) -> Int? {
        self.rendezvous.index(owning: hash)
    }

    /// The place of a key on the circle; nil in the profile `rendezvous`, which has none.
    func placeOfKey(_ key: some Collection<UInt8>) -> UInt32? {
        switch self.profile {
        case .haproxy(let function, let avalanche, _): function.hash(of: key, avalanche: avalanche)
        case .nginx: CRC32.checksum(of: key)
        case .ketama: MD5.digest(of: Array(key)).0
        case .rendezvous: nil
        }
    }
}
