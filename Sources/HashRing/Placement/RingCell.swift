/// A stretch of hashes with one owner; it begins behind the end of the cell before it.
struct RingCell: Equatable {
    /// The last hash of the cell.
    let end: UInt32
    /// The index of the node; -1 in a ring without points.
    let owner: Int
}
