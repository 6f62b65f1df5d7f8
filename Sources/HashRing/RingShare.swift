/// How much of the keys one node owned and owns.
public struct RingShare: Sendable, Hashable {
    /// The node.
    public let name: String
    /// Its share in the old ring, 0 to 1; 0 for a node that joined.
    public let before: Double
    /// Its share in the new ring, 0 to 1; 0 for a node that left.
    public let after: Double
}
