public import NIOCore
public import NIOHTTP1

/// A request that has arrived whole.
public struct HTTPRequest: Sendable {
    /// The method.
    public let method: HTTPMethod
    /// The path, without the query; not decoded.
    public let path: String
    /// The query, decoded; the last one of a name counts.
    public let query: [String: String]
    /// The headers.
    public let headers: HTTPHeaders
    /// The body; at most as long as the route allows.
    public let body: ByteBuffer
    /// The address of the peer, without the port; empty when it is not known.
    public let peer: String
}

/// The answer to a request.
public struct HTTPResponse: Sendable {
    /// The status.
    public var status: HTTPResponseStatus
    /// Headers besides those that the front door sets itself.
    public var headers: HTTPHeaders
    /// The body.
    public var body: ByteBuffer

    /// Makes an answer. `contentType` is left out when it is empty.
    public init(
        _ status: HTTPResponseStatus,
        contentType: String = "text/plain; charset=utf-8",
        headers: HTTPHeaders = [:],
        body: ByteBuffer = ByteBuffer()
    ) {
        self.status = status
        self.headers = headers
        if !contentType.isEmpty { self.headers.replaceOrAdd(name: "content-type", value: contentType) }
        self.body = body
    }

    /// A status with a sentence.
    public static func text(_ status: HTTPResponseStatus, _ sentence: String) -> HTTPResponse {
        HTTPResponse(status, body: ByteBuffer(string: sentence + "\n"))
    }
}

/// What a path leads to.
public enum HTTPRoute: Sendable {
    /// The client protocol over WebSocket.
    case session
    /// A WebSocket that sends back what it gets, for conformance suites, within limits of its own.
    case echo(messageSize: Int)
    /// A function. Bodies longer than `bodyLimit` bytes are refused before it is called.
    case function(bodyLimit: Int, @Sendable (HTTPRequest) async -> HTTPResponse)
    /// The path exists, but not with this method; the methods that it has.
    case methodNotAllowed([HTTPMethod])
    case notFound
}

/// Knows what the paths of one listener lead to.
public protocol HTTPRouter: Sendable {
    /// Called on the connection's event loop; must not block. `path` comes without the query.
    func route(_ method: HTTPMethod, _ path: String) -> HTTPRoute
}
