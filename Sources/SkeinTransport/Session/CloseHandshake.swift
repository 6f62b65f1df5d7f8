/// Where a WebSocket connection is on its way to its end (RFC 6455 section 7).
///
/// Both sides of TCP are closed in an order that loses nothing: after the close frames the server ends its output first, and reads on until
/// the client has ended its own, so that no reset overtakes the last bytes.
struct CloseHandshake {
    enum State: Equatable {
        case open
        /// Our close frame is out; the client's is awaited.
        case closing
        /// Both sides are done, or the client cannot be understood any more: what still arrives is ignored.
        case ending
    }

    private(set) var state: State = .open

    /// What the shell must do.
    enum Action: Equatable {
        case none
        /// Send the close frame, then wait for the client's.
        case sendClose
        /// Send the close frame, then end the output.
        case sendCloseAndEnd
        /// End the output.
        case end
    }

    /// The server wants to end the connection.
    mutating func close() -> Action {
        guard self.state == .open else { return .none }
        self.state = .closing
        return .sendClose
    }

    /// The client sent something that ends the connection at once (RFC 6455 section 7.1.7).
    mutating func fail() -> Action {
        switch self.state {
        case .open:
            self.state = .ending
            return .sendCloseAndEnd
        case .closing:
            self.state = .ending
            return .end
        case .ending:
            return .none
        }
    }

    /// The client's close frame arrived.
    mutating func receivedClose() -> Action {
        self.fail()
    }
}
