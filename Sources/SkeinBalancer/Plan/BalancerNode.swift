public import HashRing

/// A node as HAProxy has to know it: with a numeric address.
public struct BalancerNode: Sendable, Hashable {
    /// Name, id and weight.
    public let node: RingNode
    /// Where it listens for clients.
    public let endpoint: ServerEndpoint

    /// A node whose address is numeric, or was resolved.
    public init(node: RingNode, endpoint: ServerEndpoint) {
        self.node = node
        self.endpoint = endpoint
    }

    /// Resolves the host of the node's address. Blocks for names.
    public init(resolving node: RingNode) throws(BalancerError) {
        guard let endpoint = ServerEndpoint(node.address) else {
            throw BalancerError(.invalidValue, "node \(node.name): \"\(node.address)\" is not of the form host:port")
        }
        _ = try HAProxyWord.name(node.name)
        self.init(node: node, endpoint: try HostResolver.numeric(endpoint))
    }
}
