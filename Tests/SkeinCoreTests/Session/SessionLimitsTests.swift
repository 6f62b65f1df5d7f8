import SkeinCore
import Testing

/// Clients of the Centrifuge protocol rely on some of these; changing a default is a change of the protocol.
@Suite struct SessionLimitsTests {
    @Test func `the defaults are those that clients expect`() {
        let limits = SessionLimits()
        #expect(limits.pingInterval == .seconds(25))
        #expect(limits.pongTimeout == .seconds(8))
        #expect(limits.connectTimeout == .seconds(10))
        #expect(limits.closeTimeout == .seconds(5))
        #expect(limits.tokenGrace == .seconds(25))
        #expect(limits.messageSize == 65_536)
        #expect(limits.frameCommands == 64)
        #expect(limits.queueSize == 1_048_576)
        #expect(limits.channels == 128)
        #expect(limits.errors == 10)
        #expect(limits.errorWindow == .seconds(10))
        #expect(limits.historyLimit == 300)
    }
}
