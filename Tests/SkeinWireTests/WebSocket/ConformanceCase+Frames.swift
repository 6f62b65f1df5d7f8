import NIOCore
import SkeinWire

/// Sections 1–4 of the public conformance suite, and the header rules that it never tries.
extension ConformanceCase {
    /// Section 1.
    static let framing: [Self] = {
        var rows: [Self] = []
        for size in [0, 125, 126, 127, 128, 65_535, 65_536] {
            let text = String(repeating: "*", count: size)
            let bytes = [UInt8](repeating: 0xFE, count: size)
            rows.append(Self("1.1 a text message of \(size) bytes (RFC 6455 5.2)", [.text(text)], [.text(text)]))
            rows.append(
                Self("1.2 a binary message of \(size) bytes (RFC 6455 5.2)", [.binary(bytes)], [.binary(bytes)])
            )
        }
        let same = Array("same".utf8)
        rows.append(Self("1.1.8 text under a zero key (RFC 6455 5.3)", [Self.zeroKey(1)], [.text("same")]))
        rows.append(Self("1.2.8 bytes under a zero key (RFC 6455 5.3)", [Self.zeroKey(2)], [.binary(same)]))
        return rows
    }()

    private static func zeroKey(_ opcode: UInt8) -> ClientFrame {
        var frame = ClientFrame(opcode, Array("same".utf8))
        frame.key = 0
        return frame
    }

    /// Section 2.
    static let pings: [Self] = {
        let long = String(repeating: "p", count: 125)
        let odd: [UInt8] = [0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF]
        let ten = (0..<10).map { "payload-\($0)" }
        return [
            Self("2.1 a ping without payload (RFC 6455 5.5.2)", [.ping()], [.ping("")]),
            Self("2.2 a ping with text (RFC 6455 5.5.2)", [.ping("Hello")], [.ping("Hello")]),
            Self(
                "2.3 a ping with bytes that are no UTF-8 (RFC 6455 5.5.2)",
                [ClientFrame(9, odd)],
                [.ping(ByteBuffer(bytes: odd))]
            ),
            Self("2.4 a ping of 125 bytes (RFC 6455 5.5)", [.ping(long)], [.ping(long)]),
            Self("2.5 a ping of 126 bytes (RFC 6455 5.5)", [.ping(long + "p")], [.failure(.controlFrame)]),
            Self(
                "2.6 a ping of 125 bytes again, then text (RFC 6455 5.5)",
                [.ping(long), .text("a")],
                [.ping(long), .text("a")]
            ),
            Self("2.7 an unsolicited pong without payload (RFC 6455 5.5.3)", [.pong()], [.pong("")]),
            Self("2.8 an unsolicited pong with payload (RFC 6455 5.5.3)", [.pong("x")], [.pong("x")]),
            Self(
                "2.9 an unsolicited pong, then a ping (RFC 6455 5.5.3)",
                [.pong("x"), .ping("y")],
                [.pong("x"), .ping("y")]
            ),
            Self("2.10 ten pings in a row (RFC 6455 5.5.2)", ten.map { .ping($0) }, ten.map { .ping($0) }),
            Self(
                "2.11 ten pings, of which the last is too long (RFC 6455 5.5)",
                ten.map { .ping($0) } + [.ping(long + "p")],
                ten.map { .ping($0) } + [.failure(.controlFrame)]
            ),
        ]
    }()

    /// Section 3: every combination of RSV1–3 on every opcode, after a good message.
    static let reservedBits: [Self] = [0, 1, 2, 8, 9, 10].flatMap { (opcode: UInt8) in
        (1...7).map { (bits: UInt8) in
            Self(
                "3.\(bits) reserved bits \(bits) on opcode \(opcode) after a message (RFC 6455 5.2)",
                [.text("before"), ClientFrame(opcode, [0x61, 0x62], reserved: bits), .text("after")],
                [.text("before"), .failure(.reservedBits)]
            )
        }
    }

    /// Section 4: every reserved opcode, alone, with payload, and between good messages.
    static let opcodes: [Self] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap { (opcode: UInt8) in
        [
            Self("4.1 opcode \(opcode) without payload (RFC 6455 5.2)", [ClientFrame(opcode)], [.failure(.opcode)]),
            Self(
                "4.2 opcode \(opcode) with payload (RFC 6455 5.2)",
                [ClientFrame(opcode, [1, 2])],
                [.failure(.opcode)]
            ),
            Self(
                "4.3 opcode \(opcode) between messages (RFC 6455 5.2)",
                [.text("one"), ClientFrame(opcode), .text("two"), .ping()],
                [.text("one"), .failure(.opcode)]
            ),
        ]
    }

    /// Rows 1, 4 and 6 of what the suite leaves out: masks, control frames, the forms of a length.
    static let headers: [Self] = [Self.unmasked, Self.control, Self.lengths].flatMap { $0 }

    private static let unmasked: [Self] = [0, 1, 2, 8, 9, 10].map { (opcode: UInt8) in
        var frame = ClientFrame(opcode, [0x03, 0xE8])
        frame.isMasked = false
        let expected: [FrameEvent] = [.text("a"), .failure(.mask)]
        return Self("opcode \(opcode) without a mask (RFC 6455 5.1)", [.text("a"), frame], expected)
    }

    private static let control: [Self] = [8, 9, 10].flatMap { (opcode: UInt8) in
        let long = [UInt8](repeating: 0x61, count: 65_536)
        let expected: [FrameEvent] = [.failure(.controlFrame)]
        return [
            Self("control opcode \(opcode) without FIN (RFC 6455 5.5)", [ClientFrame(opcode, final: false)], expected),
            Self("control opcode \(opcode) of 65,536 bytes (RFC 6455 5.5)", [ClientFrame(opcode, long)], expected),
        ]
    }

    private static let lengths: [Self] = {
        var rows: [Self] = []
        for count in [0, 1, 125] { rows.append(Self.length(count, .sixteenBits)) }
        for count in [0, 1, 125, 126, 65_535] { rows.append(Self.length(count, .sixtyFourBits)) }
        for length in [UInt64(1) << 63, .max] { rows.append(Self.declared(length, .length)) }
        let long: [UInt64] = [65_537, 1 << 20, 1 << 31, 1 << 32, 1 << 62, (1 << 63) - 1]
        for length in long { rows.append(Self.declared(length, .messageTooBig)) }
        return rows
    }()

    private static func length(_ count: Int, _ form: ClientFrame.LengthForm) -> Self {
        var frame = ClientFrame(2, [UInt8](repeating: 0, count: count))
        frame.lengthForm = form
        return Self("a length of \(count) in \(form) (RFC 6455 5.2)", [frame], [.failure(.length)])
    }

    /// Only the length is sent: neither key nor payload is needed to refuse it.
    private static func declared(_ length: UInt64, _ kind: FrameError.Kind) -> Self {
        Self(
            "a declared length of \(length) (RFC 6455 5.2)",
            bytes: [0x82, 0xFF] + ClientFrame.bigEndian(length, count: 8),
            [.failure(kind)]
        )
    }
}
