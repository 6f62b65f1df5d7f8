public import NIOHTTP1

/// Knows where clients are on the ring of the nodes. Any thread.
public protocol Placement: Sendable {
    /// Headers that tell which node answers, for every answer to a handshake.
    var nodeHeaders: HTTPHeaders { get }

    /// Places the client of an accepted handshake. Called on the connection's event loop; must not block. O(length of the head).
    func place(_ head: HTTPRequestHead) -> PlacedClient
}

/// A client's place.
public struct PlacedClient: Sendable {
    /// Where it is on the ring; nil for one that no balancer can know again.
    public var position: UInt64?
    /// Headers for the answer to its handshake.
    public var headers: HTTPHeaders

    /// Places a client.
    public init(position: UInt64? = nil, headers: HTTPHeaders = [:]) {
        self.position = position
        self.headers = headers
    }
}
