/// The ring as a table.
extension HashRing {
    /// Gives each slot to the owner of its number, written as decimal digits; at least one slot is made.
    ///
    /// When nodes change, exactly the slots move whose numbers move as keys.
    public func slots(count: Int = 4096) -> SlotMap {
        SlotMap(ring: self, count: count)
    }
}
