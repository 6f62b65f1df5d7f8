import Testing

@testable import SkeinTransport

@Suite struct CloseHandshakeTests {
    private func handshake(_ events: (inout CloseHandshake) -> Void) -> CloseHandshake {
        var handshake = CloseHandshake()
        events(&handshake)
        return handshake
    }

    @Test func `a connection starts open`() {
        #expect(CloseHandshake().state == .open)
    }

    @Test func `the server closes: its frame goes out, then the client's is awaited`() {
        var handshake = CloseHandshake()
        #expect(handshake.close() == .sendClose)
        #expect(handshake.state == .closing)
        #expect(handshake.close() == .none, "one close frame (RFC 6455 5.5.1)")
        #expect(handshake.state == .closing)
        #expect(handshake.receivedClose() == .end)
        #expect(handshake.state == .ending)
    }

    @Test func `the client closes: the answer goes out and the output ends (RFC 6455 7.1.1)`() {
        var handshake = CloseHandshake()
        #expect(handshake.receivedClose() == .sendCloseAndEnd)
        #expect(handshake.state == .ending)
    }

    @Test func `a client that cannot be understood gets a close frame and the output ends (RFC 6455 7.1.7)`() {
        var handshake = CloseHandshake()
        #expect(handshake.fail() == .sendCloseAndEnd)
        #expect(handshake.state == .ending)
    }

    @Test func `nonsense after the server's close frame ends the output without a second one`() {
        var handshake = self.handshake { _ = $0.close() }
        #expect(handshake.fail() == .end)
        #expect(handshake.state == .ending)
    }

    @Test func `the end is final`() {
        var handshake = self.handshake { _ = $0.fail() }
        #expect(handshake.close() == .none)
        #expect(handshake.fail() == .none)
        #expect(handshake.receivedClose() == .none)
        #expect(handshake.state == .ending)
    }
}
