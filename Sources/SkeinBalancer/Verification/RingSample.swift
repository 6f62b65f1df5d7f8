/// Which node answered for a client id.
public struct RingSample: Sendable, Hashable {
    /// The id that was sent as `cid`.
    public let clientID: String
    /// What the answer's `x-skein-node` said.
    public let node: String

    /// One answer.
    public init(clientID: String, node: String) {
        self.clientID = clientID
        self.node = node
    }
}
