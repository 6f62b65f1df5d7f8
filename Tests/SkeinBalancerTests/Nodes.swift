import HashRing
import SkeinBalancer

/// Node `n<id>` on this machine.
func node(_ id: UInt32, weight: Int = 100, name: String? = nil, port: UInt32? = nil) -> RingNode {
    RingNode(name: name ?? "n\(id)", id: id, address: "127.0.0.1:\(port ?? 8000 + id)", weight: weight)
}

/// The same as HAProxy has to have it.
func balancerNode(_ node: RingNode) -> BalancerNode {
    BalancerNode(node: node, endpoint: ServerEndpoint(node.address) ?? ServerEndpoint(host: "0.0.0.0", port: 1))
}

/// Server `n<id>` as it is after it was added for `node(id)`.
func server(_ id: UInt32, weight: Int = 100, sessions: Int = 0, name: String? = nil) -> BalancerServer {
    BalancerServer(
        name: name ?? "n\(id)",
        id: id,
        endpoint: ServerEndpoint(host: "127.0.0.1", port: UInt16(8000 + id)),
        weight: weight,
        sessions: sessions
    )
}
