public import NIOCore

/// What nodes of one cluster know of each other and ask each other, besides carrying events.
///
/// Every function may be called from any thread. Completions follow ``Completion``.
public protocol ClusterLink: AnyObject, Sendable {
    /// Reads the list of nodes. O(nodes).
    func nodes(completion: Completion<NodeList>)

    /// Asks every other node, and completes when all that are alive have answered.
    ///
    /// The question is bytes that the caller's own codec made, and so are the answers, which come back with the name of the node. A node that dies while it is
    /// asked is not waited for. Completes with `.outcomeUnknown` when a node that is alive has not answered in time.
    func ask(_ question: ByteBuffer, completion: Completion<[NodeAnswer]>)
}

/// What a node answered.
public struct NodeAnswer: Sendable {
    /// The name of the node.
    public let node: String
    /// As its codec wrote it.
    public let content: ByteBuffer

    /// Collects an answer.
    public init(node: String, content: ByteBuffer) {
        self.node = node
        self.content = content
    }
}
