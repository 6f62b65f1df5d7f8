import NIOCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

@Suite struct RESPDecoderTests {
    static let kinds: [(String, RESPValue)] = [
        ("+OK\r\n", .simple("OK")),
        ("+\r\n", .simple("")),
        ("-ERR unknown command\r\n", .error("ERR unknown command")),
        (":0\r\n", .integer(0)),
        (":-17\r\n", .integer(-17)),
        (":9223372036854775807\r\n", .integer(.max)),
        (":-9223372036854775808\r\n", .integer(.min)),
        ("$5\r\nhello\r\n", .bulk("hello")),
        ("$0\r\n\r\n", .bulk("")),
        ("$4\r\n\r\n\r\n\r\n", .bulk("\r\n\r\n")),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("*0\r\n", .array([])),
        ("*1\r\n*0\r\n", .array([.array([])])),
        ("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n", .array([.bulk("message"), .bulk("a"), .bulk("hi")])),
        (
            "*4\r\n:1\r\n*2\r\n+x\r\n*1\r\n$-1\r\n-E\r\n*-1\r\n",
            .array([.integer(1), .array([.simple("x"), .array([.null])]), .error("E"), .null])
        ),
    ]

    @Test(arguments: Self.kinds)
    func `a reply that comes at once is read`(_ text: String, _ value: RESPValue) {
        let outcome = RESPOutcome(text)
        #expect(outcome.values == [value])
        #expect(outcome.error == nil)
    }

    @Test(arguments: Self.kinds)
    func `a reply is the same wherever it is cut, and comes with its last byte`(_ text: String, _ value: RESPValue) {
        let bytes = [UInt8](text.utf8)
        for cut in 0..<bytes.count {
            #expect(RESPOutcome([Array(bytes[..<cut])]).values.isEmpty, "first \(cut) bytes")
            #expect(RESPOutcome([Array(bytes[..<cut]), Array(bytes[cut...])]).values == [value], "cut at \(cut)")
        }
        #expect(RESPOutcome(octetsOf: bytes).values == [value])
    }

    @Test func `replies in one read come in their order`() {
        let text = Self.kinds.map(\.0).joined()
        let outcome = RESPOutcome(text)
        #expect(outcome.values == Self.kinds.map(\.1))
        #expect(outcome.error == nil)
        #expect(RESPOutcome(octetsOf: [UInt8](text.utf8)) == outcome)
    }

    @Test func `reads far larger than a slice of 16 KiB are read whole, at any offset`() {
        let messages = (0..<3000).map { index in
            RESPValue.array([
                .bulk("message"), .bulk("room:\(index)"), .bulk(String(repeating: "x", count: index % 300)),
            ])
        }
        let bytes = messages.flatMap(\.encoded)
        #expect(bytes.count > 20 * 16 * 1024)
        #expect(RESPOutcome([bytes]).values == messages)
        #expect(
            RESPOutcome([Array(bytes[..<16383]), Array(bytes[16383..<65537]), Array(bytes[65537...])]).values
                == messages
        )
    }

    @Test func `a string of several megabytes arrives unchanged between its neighbours`() {
        var random = SeededGenerator(seed: 3)
        let large = RESPValue.bulk((0..<3_000_000).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        let values = [.integer(1), .array([.bulk("a"), large, .bulk("b")]), .simple("OK"), large, .integer(2)]
        #expect(RESPOutcome([values.flatMap(\.encoded)]).values == values)
    }

    @Test func `an empty read does nothing`() throws {
        #expect(RESPOutcome([[], [UInt8]("+O".utf8), [], [UInt8]("K\r\n".utf8), []]).values == [.simple("OK")])
        var decoder = RESPDecoder()
        try decoder.decode(UnsafeRawBufferPointer(start: nil, count: 0)) { _ in Issue.record("a reply of no bytes") }
        #expect(decoder.failure == nil)
    }

    static let errors: [String] = [
        "x", "\r\n", " +OK\r\n", "PING\r\n",
        ":\r\n", ":1x\r\n", ":+1\r\n", ":01\r\n", ":9223372036854775808\r\n", ":-\r\n", ": 1\r\n", ":1.5\r\n",
        "$\r\n", "$x\r\n", "$-2\r\n", "$-9223372036854775808\r\n", "$1 \r\na\r\n", "$5\rx", "$00\r\n",
        "$2\r\nabc\r\n", "$2\r\nab\n\n", "$2\r\nab\rx",
        "*\r\n", "*x\r\n", "*-2\r\n", "*-2147483649\r\n", "*9223372036854775808\r\n", "*1\r\nx",
        "+a\rb\r\n", "-a\nb\r\n",
    ]

    @Test(arguments: Self.errors)
    func `what is not RESP2 is an error, whole and octet by octet`(_ text: String) {
        for outcome in [RESPOutcome(text), RESPOutcome(octetsOf: [UInt8](text.utf8))] {
            #expect(outcome.error?.code == .protocolViolation)
            #expect(outcome.values.isEmpty)
        }
    }

    @Test(arguments: [
        "_\r\n", "#t\r\n", ",1.5\r\n", ",inf\r\n", "(12345678901234567890\r\n", "=7\r\ntxt:abc\r\n", "!3\r\nERR\r\n",
        "%1\r\n+a\r\n:1\r\n", "%0\r\n", "%-1\r\n", "~1\r\n+a\r\n", "~0\r\n", ">1\r\n+a\r\n", "|1\r\n+a\r\n:1\r\n",
        "|0\r\n",
        "*2\r\n:1\r\n_\r\n", "*1\r\n#f\r\n", "*1\r\n>0\r\n", "_", "%", ">", "=1",
    ])
    func `RESP3 is an error, because nobody asked for it`(_ text: String) {
        #expect(RESPOutcome(text).error?.code == .protocolViolation)
        #expect(RESPOutcome(octetsOf: [UInt8](text.utf8)).error?.code == .protocolViolation)
        #expect(RESPOutcome(text).values.isEmpty)
    }

    @Test func `replies in front of an error are delivered`() {
        let outcome = RESPOutcome("+a\r\n:1\r\n?\r\n+b\r\n")
        #expect(outcome.values == [.simple("a"), .integer(1)])
        #expect(outcome.error?.code == .protocolViolation)
    }

    @Test func `after an error it is dead, says so every time, and holds no memory`() throws {
        var decoder = RESPDecoder()
        let bad = [UInt8]("+a\r\n?".utf8)
        let good = [UInt8]("+b\r\n".utf8)
        var values: [RESPValue] = []
        let first = #expect(throws: RESPError.self) {
            try decoder.decode(ByteBuffer(bytes: bad)) { values.append(RESPValue($0)) }
        }
        #expect(decoder.failure == first)
        #expect(decoder.retainedByteCount == 0)
        for _ in 0..<3 {
            let again = #expect(throws: RESPError.self) {
                try decoder.decode(ByteBuffer(bytes: good)) { values.append(RESPValue($0)) }
            }
            #expect(again == first)
        }
        #expect(values == [.simple("a")])
    }

    @Test func `an error of the reader of replies kills the decoder as well`() {
        var decoder = RESPDecoder()
        var count = 0
        let bytes = [UInt8]("+a\r\n+b\r\n+c\r\n".utf8)
        for _ in 0..<2 {
            let error = #expect(throws: RESPError.self) {
                try decoder.decode(ByteBuffer(bytes: bytes)) { reply throws(RESPError) in
                    count += 1
                    if reply.equals("b") { throw RESPError(.unexpectedReply, "b") }
                }
            }
            #expect(error?.code == .unexpectedReply)
        }
        #expect(count == 2)
        #expect(decoder.retainedByteCount == 0)
    }
}
