import SkeinWire

/// Sections 5 and 7 of the public conformance suite, and the limits.
extension ConformanceCase {
    private static let orphan: [FrameEvent] = [.failure(.continuation)]

    /// Section 5.
    static let fragmentation: [Self] = [
        Self(
            "5.1 a fragmented ping (RFC 6455 5.5)",
            [ClientFrame(9, [1], final: false), .more("2", final: true)],
            [.failure(.controlFrame)]
        ),
        Self(
            "5.2 a fragmented pong (RFC 6455 5.5)",
            [ClientFrame(10, [1], final: false), .more("2", final: true)],
            [.failure(.controlFrame)]
        ),
        Self(
            "5.3 text in two fragments (RFC 6455 5.4)",
            [.text("one", final: false), .more("two", final: true)],
            [.text("onetwo")]
        ),
        Self(
            "5.4 bytes in two fragments (RFC 6455 5.4)",
            [.binary([1], final: false), ClientFrame(0, [2])],
            [.binary([1, 2])]
        ),
        Self(
            "5.5 text in five fragments (RFC 6455 5.4)",
            [.text("a", final: false), .more("b"), .more("c"), .more("d"), .more("e", final: true)],
            [.text("abcde")]
        ),
        Self(
            "5.6 a ping between two fragments (RFC 6455 5.4)",
            [.text("a", final: false), .ping("p"), .more("b", final: true)],
            [.ping("p"), .text("ab")]
        ),
        Self(
            "5.7 a pong between two fragments (RFC 6455 5.4)",
            [.text("a", final: false), .pong("p"), .more("b", final: true)],
            [.pong("p"), .text("ab")]
        ),
        Self(
            "5.8 pings between all fragments (RFC 6455 5.4)",
            [.text("a", final: false), .ping("1"), .more("b"), .ping("2"), .more("c", final: true), .ping("3")],
            [.ping("1"), .ping("2"), .text("abc"), .ping("3")]
        ),
        Self("5.9 a last continuation of nothing (RFC 6455 5.4)", [.more("x", final: true), .text("a")], Self.orphan),
        Self("5.10 a last continuation of nothing, empty (RFC 6455 5.4)", [.more("", final: true)], Self.orphan),
        Self(
            "5.11 a last continuation after a whole message (RFC 6455 5.4)",
            [.text("a"), .more("x", final: true)],
            [.text("a")] + Self.orphan
        ),
        Self("5.12 a continuation of nothing (RFC 6455 5.4)", [.more("x"), .text("a")], Self.orphan),
        Self("5.13 a continuation of nothing, empty (RFC 6455 5.4)", [.more("")], Self.orphan),
        Self(
            "5.14 a continuation after a fragmented message (RFC 6455 5.4)",
            [.text("a", final: false), .more("b", final: true), .more("c")],
            [.text("ab")] + Self.orphan
        ),
        Self(
            "5.15 a continuation between messages (RFC 6455 5.4)",
            [.text("a", final: false), .more("b", final: true), .more("c"), .text("d", final: false)],
            [.text("ab")] + Self.orphan
        ),
        Self(
            "5.16 a continuation of nothing, then a fragmented message (RFC 6455 5.4)",
            [.more("x"), .text("a", final: false), .more("b", final: true)],
            Self.orphan
        ),
        Self(
            "5.17 a last continuation, then a fragmented message (RFC 6455 5.4)",
            [.more("x", final: true), .text("a", final: false), .more("b", final: true)],
            Self.orphan
        ),
        Self(
            "5.18 text inside a fragmented message (RFC 6455 5.4)",
            [.text("a", final: false), .text("b")],
            Self.orphan
        ),
        Self(
            "5.18 bytes inside a fragmented message (RFC 6455 5.4)",
            [.text("a", final: false), .binary([1])],
            Self.orphan
        ),
        Self(
            "5.18 another start inside a fragmented message (RFC 6455 5.4)",
            [.binary([1], final: false), .binary([2], final: false)],
            Self.orphan
        ),
        Self(
            "5.19 five fragments with pings (RFC 6455 5.4)",
            Self.interleaved,
            [.ping("1"), .ping("2"), .text("12345")]
        ),
        Self(
            "5.20 five fragments with pings, then text (RFC 6455 5.4)",
            Self.interleaved + [.text("6")],
            [.ping("1"), .ping("2"), .text("12345"), .text("6")]
        ),
        Self(
            "5 empty fragments (RFC 6455 5.4)",
            [.text("", final: false), .more(""), .more("", final: true)],
            [.text("")]
        ),
        Self(
            "5 empty fragments around payload (RFC 6455 5.4)",
            [.binary([], final: false), ClientFrame(0, [7], final: false), ClientFrame(0)],
            [.binary([7])]
        ),
        Self("5 a message that never ends (RFC 6455 5.4)", [.text("a", final: false), .more("b")], []),
    ]

    private static let interleaved: [ClientFrame] = [
        .text("1", final: false), .more("2"), .ping("1"), .more("3"), .more("4"), .ping("2"), .more("5", final: true),
    ]

    /// Section 7.
    static let closing: [Self] = [Self.order, Self.bodies, Self.validCodes, Self.invalidCodes].flatMap { $0 }

    private static let order: [Self] =
        [
            Self("7.1.1 text, then close (RFC 6455 5.5.1)", [.text("a"), .close(1000)], [.text("a"), .close(1000)]),
            Self("7.1.2 two close frames (RFC 6455 5.5.1)", [.close(1000), .close(1001)], [.close(1000)]),
            Self("7.1.3 a ping after close (RFC 6455 5.5.1)", [.close(1000), .ping()], [.close(1000)]),
            Self("7.1.4 text after close (RFC 6455 5.5.1)", [.close(1000), .text("a")], [.close(1000)]),
            Self(
                "7.1.5 close inside a fragmented message (RFC 6455 5.4)",
                [.text("a", final: false), .close(1000), .more("b", final: true)],
                [.close(1000)]
            ),
            Self(
                "7.1.6 a large message, close and a ping (RFC 6455 5.5.1)",
                [.text(String(repeating: "x", count: 40_000)), .close(1000), .ping()],
                [.text(String(repeating: "x", count: 40_000)), .close(1000)]
            ),
            Self(
                "7.1 garbage after close (RFC 6455 5.5.1)",
                [.close(1000), ClientFrame(7, [1], reserved: 7)],
                [.close(1000)]
            ),
            Self(
                "7.1 garbage after a failure (RFC 6455 7.1.7)",
                [ClientFrame(3), .text("a"), .close(1000)],
                [.failure(.opcode)]
            ),
        ]

    private static let bodies: [Self] =
        [
            Self("7.3.1 close without body (RFC 6455 5.5.1)", [ClientFrame(8)], [.close(nil)]),
            Self("7.3.2 close with half a code (RFC 6455 5.5.1)", [ClientFrame(8, [3])], [.failure(.closeBody)]),
            Self("7.3.3 close with a code (RFC 6455 5.5.1)", [.close(1000)], [.close(1000)]),
            Self(
                "7.3.4 close with a reason (RFC 6455 5.5.1)",
                [.close(1000, Array("bye".utf8))],
                [.close(1000, "bye")]
            ),
            Self(
                "7.3.5 close with a reason of 123 bytes (RFC 6455 5.5)",
                [.close(1000, .init(repeating: 0x2A, count: 123))],
                [.close(1000, String(repeating: "*", count: 123))]
            ),
            Self(
                "7.3.6 close with a reason of 124 bytes (RFC 6455 5.5)",
                [.close(1000, .init(repeating: 0x2A, count: 124))],
                [.failure(.controlFrame)]
            ),
            Self(
                "7.5.1 close with a surrogate in its reason (RFC 6455 8.1)",
                [.close(1000, [0x61, 0xED, 0xA0, 0x80])],
                [.failure(.utf8)]
            ),
            Self(
                "7.5 close with half a character at the end of its reason (RFC 6455 8.1)",
                [.close(1000, [0x61, 0xC3])],
                [.failure(.utf8)]
            ),
            Self(
                "7.5 close with a reason of several scripts (RFC 6455 5.5.1)",
                [.close(4001, Array("до 😀".utf8))],
                [.close(4001, "до 😀")]
            ),
        ]

    private static let validCodes: [Self] = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
    ].map { (code: UInt16) in
        Self("7.7 close with the valid code \(code) (RFC 6455 7.4)", [.close(code)], [.close(code)])
    }

    private static let invalidCodes: [Self] = [
        0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
    ].map { (code: UInt16) in
        Self("7.9 close with the invalid code \(code) (RFC 6455 7.4)", [.close(code, [0x61])], [.failure(.closeBody)])
    }

    /// Both sides of the limits: bytes and frames of a message.
    static let boundaries: [Self] = [Self.sizes, Self.counts, Self.extremes].flatMap { $0 }

    private static let sizes: [Self] = [999, 1000, 1001].flatMap { (size: Int) -> [Self] in
        let limits = FrameLimits(maximumMessageSize: 1000, maximumFragments: 16)
        let text = String(repeating: "x", count: size)
        let expected: [FrameEvent] = size > 1000 ? [.failure(.messageTooBig)] : [.text(text)]
        let first = ClientFrame.text(String(text.prefix(600)), final: false)
        let last = ClientFrame.more(String(text.dropFirst(600)), final: true)
        return [
            Self("a limit of 1000 and a frame of \(size) (RFC 6455 10.4)", [.text(text)], expected, limits: limits),
            Self(
                "a limit of 1000 and fragments of \(size) (RFC 6455 10.4)",
                [first, .ping(), last],
                [.ping("")] + expected,
                limits: limits
            ),
        ]
    }

    private static let counts: [Self] = [1023, 1024, 1025].map { (count: Int) -> Self in
        var frames = [ClientFrame](repeating: .more("x"), count: count)
        frames[0] = .text("x", final: false)
        frames[count - 1] = .more("x", final: true)
        let text = String(repeating: "x", count: count)
        let expected: FrameEvent = count > 1024 ? .failure(.tooManyFragments) : .text(text)
        return Self("\(count) fragments of a byte (RFC 6455 10.4)", frames, [expected])
    }

    private static let extremes: [Self] = [
        Self(
            "1025 empty fragments (RFC 6455 10.4)",
            [.text("", final: false)] + [ClientFrame](repeating: .more(""), count: 1024),
            [.failure(.tooManyFragments)]
        ),
        Self(
            "a limit of 0 lets empty messages pass",
            [.text(""), .text("x")],
            [.text(""), .failure(.messageTooBig)],
            limits: FrameLimits(maximumMessageSize: 0)
        ),
        Self(
            "a negative limit means 0",
            [.text(""), .text("x")],
            [.text(""), .failure(.messageTooBig)],
            limits: FrameLimits(maximumMessageSize: .min)
        ),
        Self(
            "no fragment allowed refuses every message",
            [.ping(), .text("x")],
            [.ping(""), .failure(.tooManyFragments)],
            limits: FrameLimits(maximumFragments: 0)
        ),
    ]
}
