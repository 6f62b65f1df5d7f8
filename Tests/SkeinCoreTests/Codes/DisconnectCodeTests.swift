import SkeinCore
import Testing

/// Centrifuge protocol, disconnect codes; RFC 6455 section 7.4.1 for those below 3000.
@Suite struct DisconnectCodeTests {
    /// Every code of the specification with its meaning.
    private static let specified: [UInt16: String] = [
        1000: "", 1001: "going away", 1002: "protocol error", 1003: "unsupported data", 1007: "invalid UTF-8",
        1008: "policy violation", 1009: "message too big", 1011: "internal error", 1012: "service restart",
        3000: "connection closed", 3001: "shutdown", 3004: "internal server error", 3005: "connection expired",
        3006: "subscription expired", 3008: "slow", 3009: "write error", 3010: "insufficient state",
        3011: "force reconnect", 3012: "no pong", 3013: "too many requests", 3014: "state invalidated",
        3500: "invalid token", 3501: "bad request", 3502: "stale", 3503: "force disconnect", 3504: "connection limit",
        3505: "channel limit", 3506: "inappropriate protocol", 3507: "permission denied", 3508: "not available",
        3509: "too many errors",
    ]

    @Test func `the table holds every specified code once, in order`() {
        let codes = DisconnectCode.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(Set(codes) == Set(Self.specified.keys))
        #expect(codes == codes.sorted())
        for code in DisconnectCode.all { #expect(Self.specified[code.code] == code.reason) }
    }

    @Test func `every code may be sent in a close frame (RFC 6455 7.4)`() {
        for code in DisconnectCode.all {
            #expect((1000...4999).contains(code.code))
            #expect(![1004, 1005, 1006, 1015].contains(code.code), "\(code) is reserved")
            #expect(code.reason.utf8.count <= 123)
        }
    }

    @Test(arguments: 0...UInt16.max / 4096)
    func `clients come back exactly for the specified ranges`(block: UInt16) {
        for offset in 0..<UInt16(4096) {
            let code = block * 4096 + offset
            let isTerminal = code == 1009 || code / 500 == 7 || code / 500 == 9
            #expect(DisconnectCode(code, "").invitesReconnect == !isTerminal, "\(code)")
        }
    }

    @Test(
        arguments: [
            (2999, true), (3000, true), (3499, true), (3500, false), (3999, false), (4000, true), (4499, true),
            (4500, false), (4999, false), (5000, true), (1008, true), (1009, false), (1010, true),
        ] as [(UInt16, Bool)]
    )
    func `the borders of the reconnect ranges`(row: (UInt16, Bool)) {
        #expect(DisconnectCode(row.0, "").invitesReconnect == row.1)
    }

    @Test func `a reason is cut to what a control frame holds (RFC 6455 5.5)`() {
        #expect(DisconnectCode.maximumReasonLength == 123)
        #expect(DisconnectCode(4000, String(repeating: "a", count: 123)).reason.utf8.count == 123)
        #expect(DisconnectCode(4000, String(repeating: "a", count: 124)).reason.utf8.count == 123)
        let cut = DisconnectCode(4000, String(repeating: "\u{1F600}", count: 40)).reason
        #expect(cut == String(repeating: "\u{1F600}", count: 30))
        #expect(DisconnectCode(4000, "a" + String(repeating: "\u{301}", count: 100)).reason == "")
        #expect(DisconnectCode(4000, String(repeating: "a", count: 100_000)).reason.utf8.count == 123)
    }

    @Test func `a code describes itself by number and reason`() {
        #expect("\(DisconnectCode.noPong)" == "3012 no pong")
    }
}
