/// What to answer to a request that might open a WebSocket.
public enum HandshakeDecision: Sendable, Equatable {
    /// An ordinary HTTP request.
    case notAnUpgrade
    /// Answer 101. What the client has sent behind the request is frames, to be decoded once the 101 is written.
    case accept(HandshakeAcceptance)
    /// Answer with this response, then close the connection.
    case refuse(HandshakeRefusal)
}
