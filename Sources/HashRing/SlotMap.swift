/// A fixed number of slots, each with an owner: a ring as a table that a balancer can read from a file.
///
/// HAProxy computes the slot of a key with `crc32(1),mod(4096)` and looks the node up with `map_str`. That works for
/// every profile, and costs precision: 4,096 slots for 50 nodes leave some a third above the mean.
public struct SlotMap: Sendable {
    /// The ring of the slots.
    public let ring: HashRing
    /// Slot to index in the nodes of the ring; -1 when no node has weight.
    private let owners: [Int32]

    init(ring: HashRing, count: Int) {
        self.ring = ring
        self.owners = (0..<max(count, 1)).map { slot in ring.ownerIndex(of: String(slot).utf8).map(Int32.init) ?? -1 }
    }

    /// How many slots there are.
    public var count: Int { self.owners.count }

    /// The slot of a key: its CRC-32 with avalanche, modulo ``count``; HAProxy's `crc32(1),mod(…)`.
    @inlinable
    public func slot(of key: some Collection<UInt8>) -> Int {
        Int(HAProxyHash.crc32.hash(of: key, avalanche: true)) % self.count
    }

    /// The owner of a slot; nil when no node has weight, and for slots that do not exist.
    public func owner(ofSlot slot: Int) -> RingNode? {
        guard self.owners.indices.contains(slot), self.owners[slot] >= 0 else { return nil }
        return self.ring.nodes[Int(self.owners[slot])]
    }

    /// The owner of the slot of a key. No allocation.
    @inlinable
    public func owner(of key: some Collection<UInt8>) -> RingNode? {
        self.owner(ofSlot: self.slot(of: key))
    }

    /// The owner of the slot of the UTF-8 bytes of a key.
    @inlinable
    public func owner(of key: String) -> RingNode? {
        self.owner(of: key.utf8)
    }

    /// The slots whose owner, by name, differs from that in `old`; all slots when the numbers of slots differ.
    public func moved(from old: SlotMap) -> [Int] {
        (0..<self.count).filter { slot in
            old.count != self.count || old.owner(ofSlot: slot)?.name != self.owner(ofSlot: slot)?.name
        }
    }

    /// The lines of HAProxy's map file: slot, space, name. Slots without an owner are left out.
    public var mapFile: String {
        (0..<self.count).reduce(into: "") { text, slot in
            if let owner = self.owner(ofSlot: slot) { text += "\(slot) \(owner.name)\n" }
        }
    }
}
