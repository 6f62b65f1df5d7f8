import NIOCore
import SkeinCore
import SkeinWire

/// Headers as proxies make them, and ways to bring them to the parser.
enum ProxyHeaderSample {
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    static let v4Addresses: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 2, 0xDC, 0x04, 0x01, 0xBB]
    static let v6Addresses: [UInt8] =
        [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        + [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2] + [0xDC, 0x04, 0x01, 0xBB]
    static let v4: ProxyHeader = .proxied(
        source: .init(address: IPAddress(v4: 0xC000_0201), port: 56_324),
        destination: .init(address: IPAddress(v4: 0xC633_6402), port: 443)
    )
    static let v6: ProxyHeader = .proxied(
        source: .init(address: IPAddress(bits: 0x2001_0DB8 << 96 | 1), port: 56_324),
        destination: .init(address: IPAddress(bits: 0x2001_0DB8 << 96 | 2), port: 443)
    )

    /// Every kind of valid header.
    static let all: [(bytes: [UInt8], header: ProxyHeader)] = [
        (Array("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n".utf8), Self.v4),
        (Array("PROXY TCP6 2001:db8::1 2001:DB8:0:0:0:0:0:2 56324 443\r\n".utf8), Self.v6),
        (Array("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.2 56324 443\r\n".utf8), Self.v4),
        (Array("PROXY UNKNOWN\r\n".utf8), .local),
        (Array("PROXY UNKNOWN 1 2 three\t\u{FF}\r\n".utf8), .local),
        (Self.block(command: 0x20, family: 0x00), .local),
        (Self.block(command: 0x20, family: 0x11, Self.v4Addresses), .local),
        (Self.block(family: 0x00), .local),
        (Self.block(family: 0x11, Self.v4Addresses), Self.v4),
        (Self.block(family: 0x12, Self.v4Addresses), Self.v4),
        (Self.block(family: 0x21, Self.v6Addresses), Self.v6),
        (Self.block(family: 0x31, [UInt8](repeating: 0x2F, count: 216)), .local),
        (Self.block(family: 0x11, Self.v4Addresses + Self.field(0x02, Array("example.com".utf8))), Self.v4),
        (Self.checked(family: 0x21, Self.v6Addresses, before: [Self.field(0x04, [0, 0])]), Self.v6),
    ]

    /// A binary header; the length is that of what follows.
    static func block(command: UInt8 = 0x21, family: UInt8, _ rest: [UInt8] = []) -> [UInt8] {
        Self.signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 0xFF)] + rest
    }

    static func field(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
        [type, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
    }

    /// A binary header with a right checksum between other fields.
    static func checked(
        command: UInt8 = 0x21,
        family: UInt8,
        _ addresses: [UInt8],
        before: [[UInt8]] = [],
        after: [[UInt8]] = []
    ) -> [UInt8] {
        let front = addresses + before.flatMap(\.self)
        var bytes = Self.block(
            command: command,
            family: family,
            front + Self.field(3, [0, 0, 0, 0]) + after.flatMap(\.self)
        )
        let sum = Self.checksum(bytes)
        let place = 16 + front.count + 3
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index)) }
        return bytes
    }

    /// CRC32c bit by bit, by the book and not by table.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            for bit in 0..<8 {
                let isOdd = (sum ^ UInt32(byte >> bit)) & 1 == 1
                sum = sum >> 1 ^ (isOdd ? 0x82F6_3B78 : 0)
            }
        }
        return ~sum
    }

    static func parse(_ bytes: some Sequence<UInt8>) -> ProxyHeaderParser.Outcome {
        ProxyHeaderParser.parse(ByteBuffer(bytes: bytes))
    }

    /// The first outcome that is more than waiting, when bytes arrive one at a time, and after how many.
    static func dribble(_ bytes: [UInt8]) -> (outcome: ProxyHeaderParser.Outcome, count: Int) {
        for count in 0...bytes.count {
            let outcome = Self.parse(bytes.prefix(count))
            if outcome != .needsMore { return (outcome, count) }
        }
        return (.needsMore, bytes.count)
    }
}

extension ProxyHeaderParser.Outcome {
    static func failure(_ kind: ProxyHeaderError.Kind) -> Self { .failure(ProxyHeaderError(kind)) }
}
