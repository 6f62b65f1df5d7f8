/// What the 101 response has to say besides `Connection: Upgrade` and `Upgrade: websocket`.
public struct HandshakeAcceptance: Sendable, Equatable {
    /// The value of `Sec-WebSocket-Accept`.
    public let accept: String
    /// The value of `Sec-WebSocket-Protocol`, one of the server's own names; nil when the header is left out.
    public let subprotocol: String?

    /// Makes the acceptance that `Handshake.evaluate` returns; for tests of what comes behind it.
    public init(accept: String, subprotocol: String? = nil) {
        self.accept = accept
        self.subprotocol = subprotocol
    }
}
