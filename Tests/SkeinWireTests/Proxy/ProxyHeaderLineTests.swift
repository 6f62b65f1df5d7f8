import NIOCore
import SkeinWire
import Testing

@Suite struct ProxyHeaderLineTests {
    @Test(arguments: [
        "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n",
        "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "PROXY TCP6 :: ::1 0 1\r\n", "PROXY TCP6 ::ffff:192.0.2.1 1:2:3:4:5:6:7:8 1 1\r\n",
        "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "PROXY UNKNOWN \r\n",
    ])
    func `lines up to the longest of the protocol are read to their end`(_ text: String) {
        guard case .header(_, let length) = ProxyHeaderSample.parse(text.utf8 + Array("\r\nPROXY".utf8)) else {
            Issue.record("not read")
            return
        }
        #expect(length == text.utf8.count)
    }

    /// The last byte of each text is the first wrong one.
    @Test(
        arguments: [
            ("G", .signature), ("p", .signature), ("PROXy", .signature), ("PROXY\t", .signature),
            ("PROXYT", .signature),
            ("PROXY  ", .family), ("PROXY TCP5", .family), ("PROXY TCP ", .family), ("PROXY TCP44", .family),
            ("PROXY UD", .family), ("PROXY UNKNOWNS", .family), ("PROXY UNKNOWN\n", .family), ("PROXY t", .family),
            ("PROXY TCP4\r", .family), ("PROXY TCP4  ", .address), ("PROXY TCP4 1.2.3 ", .address),
            ("PROXY TCP4 256", .address), ("PROXY TCP4 01", .address), ("PROXY TCP4 1.2.3.4.", .address),
            ("PROXY TCP4 :", .address), ("PROXY TCP4 1.2.3.4  ", .address), ("PROXY TCP4 1.2.3.4 a", .address),
            ("PROXY TCP4 1.2.3.4\r", .address), ("PROXY TCP4 1.2.3.4 1.2.3.4\t", .address),
            ("PROXY TCP4 1.2.3.4\0", .address),
            ("PROXY TCP6 1.", .address), ("PROXY TCP6 12345", .address), ("PROXY TCP6 ::1%", .address),
            ("PROXY TCP6 1::2::", .address), ("PROXY TCP6 1:2:3:4:5:6:7:8:", .address), ("PROXY TCP6 1:2 ", .address),
            ("PROXY TCP4 1.2.3.4 1.2.3.4  ", .port), ("PROXY TCP4 1.2.3.4 1.2.3.4 65536", .port),
            ("PROXY TCP4 1.2.3.4 1.2.3.4 00", .port), ("PROXY TCP4 1.2.3.4 1.2.3.4 01", .port),
            ("PROXY TCP4 1.2.3.4 1.2.3.4 +", .port), ("PROXY TCP4 1.2.3.4 1.2.3.4 -", .port),
            ("PROXY TCP4 1.2.3.4 1.2.3.4 1\r", .port), ("PROXY TCP4 1.2.3.4 1.2.3.4 1 \r", .port),
            ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", .port), ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 ", .port),
            ("PROXY TCP4 1.2.3.4 1.2.3.4 99999", .port), ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\r", .lineEnd),
            ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rG", .lineEnd), ("PROXY UNKNOWN a\n", .lineEnd),
            ("PROXY UNKNOWN\r\r", .lineEnd),
            ("PROXY UNKNOWN a\rb", .lineEnd),
        ] as [(String, ProxyHeaderError.Kind)]
    )
    func `a wrong byte is refused as soon as it is there`(_ text: String, _ kind: ProxyHeaderError.Kind) {
        let bytes = Array(text.utf8)
        let (outcome, count) = ProxyHeaderSample.dribble(bytes)
        #expect(outcome == .failure(kind))
        #expect(count == bytes.count)
    }

    @Test func `a line may have 107 bytes and no more`() {
        let longest = "PROXY UNKNOWN " + String(repeating: "x", count: 91)
        #expect(longest.utf8.count == 105)
        #expect(ProxyHeaderSample.parse((longest + "\r\n").utf8) == .header(.local, consumed: 107))
        #expect(ProxyHeaderSample.parse(longest.utf8) == .needsMore)
        #expect(ProxyHeaderSample.parse((longest + "x").utf8) == .failure(.length))
        #expect(ProxyHeaderSample.parse((longest + "\rx").utf8) == .failure(.length))
        #expect(ProxyHeaderSample.parse((longest + "xxxxxxxxxx\r\n").utf8) == .failure(.length))
        let address = "0000:0000:0000:0000:0000:ffff:255.255.255.255"
        #expect(ProxyHeaderSample.parse("PROXY TCP6 \(address) \(address) 1 1\r\n".utf8) == .failure(.length))
    }

    /// What is waited for can become a header: no time is given to what is wrong already.
    @Test func `every beginning that is not refused can be completed`() {
        for (bytes, _) in ProxyHeaderSample.all.prefix(5) {
            for end in 2..<bytes.count {
                for replacement in Array(" .:09a\r".utf8) {
                    let start = bytes[..<(end - 1)] + [replacement]
                    guard ProxyHeaderSample.parse(start) == .needsMore else { continue }
                    #expect(Self.canBeCompleted(Array(start)), "\(String(decoding: start, as: UTF8.self))")
                }
            }
        }
    }

    /// Tries bytes in the order in which they bring a line to its end, and never goes back.
    private static func canBeCompleted(_ start: [UInt8]) -> Bool {
        let candidates = Array("\r\n :.0ROXYTCP4UNKW6".utf8)
        var bytes = start
        while bytes.count < 107 {
            let next = candidates.first { candidate in
                if case .failure = ProxyHeaderSample.parse(bytes + [candidate]) { false } else { true }
            }
            guard let next else { return false }
            bytes.append(next)
            if case .header = ProxyHeaderSample.parse(bytes) { return true }
        }
        return false
    }
}
