import Testing

@testable import SkeinRedis

@Suite struct RESPValueTests {
    static let values: [RESPValue] = [
        .simple("a"), .error("ERR b"), .integer(3), .bulk("c"), .null, .array([.integer(1)]),
    ]

    @Test func `each accessor answers for its own kinds only`() {
        #expect(Self.values.map(\.integer) == [nil, nil, 3, nil, nil, nil])
        #expect(Self.values.map(\.text) == ["a", nil, nil, "c", nil, nil])
        #expect(Self.values.map(\.bytes) == [[0x61], nil, nil, [0x63], nil, nil])
        #expect(Self.values.map(\.array) == [nil, nil, nil, nil, nil, [.integer(1)]])
        #expect(Self.values.map(\.error) == [nil, RedisErrorReply("ERR b"), nil, nil, nil, nil])
    }

    @Test func `digits in a string are no integer`() {
        #expect(RESPOutcome("$1\r\n7\r\n").values.first?.integer == nil)
    }

    @Test func `what is not UTF-8 stays as it is in bytes and is replaced in text`() {
        let outcome = RESPOutcome([[UInt8]("$3\r\n".utf8) + [0x61, 0xFF, 0x62, 0x0D, 0x0A, 0x2B, 0xC3, 0x0D, 0x0A]])
        #expect(outcome.values == [.bulk([0x61, 0xFF, 0x62]), .simple("\u{FFFD}")])
        #expect(outcome.values.first?.text == "a\u{FFFD}b")
    }
}
