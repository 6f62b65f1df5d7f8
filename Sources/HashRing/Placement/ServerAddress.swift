/// The numeric address of a server, which HAProxy's modes `addr` and `addr-port` place it by.
struct ServerAddress: Equatable {
    /// Four bytes, or sixteen, in network order.
    let bytes: [UInt8]
    let port: UInt16

    /// Reads `192.0.2.1:8000` and `[2001:db8::1]:8000`; nil for names and for everything else.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.number(text[text.index(after: colon)...], of: 5),
            let port = UInt16(exactly: port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        }
        guard let bytes = host.contains(":") ? Self.version6(host) : Self.version4(host) else { return nil }
        self.bytes = bytes
        self.port = port
    }

    /// The bytes of a dotted quad.
    static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { Self.number($0, of: 3).flatMap { UInt8(exactly: $0) } }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    /// The bytes of an IPv6 address (RFC 4291 2.2), `::` and a dotted quad at the end included.
    static func version6(_ text: Substring) -> [UInt8]? {
        guard let gap = text.utf8.indices.first(where: { text[$0...].hasPrefix("::") }) else {
            return Self.groups(text).flatMap { $0.count == 16 ? $0 : nil }
        }
        let after = text.index(gap, offsetBy: 2)
        guard let head = Self.groups(text[..<gap]), let tail = Self.groups(text[after...]), !text[..<gap].contains("."),
            head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if part.contains(".") {
                guard index == parts.count - 1, let quad = Self.version4(part) else { return nil }
                bytes += quad
            } else {
                guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return bytes
    }

    /// Decimal digits alone: `UInt32` would also read a sign.
    private static func number(_ text: Substring, of digits: Int) -> UInt32? {
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isNumber && (1...digits).contains(text.utf8.count) ? UInt32(text) : nil
    }
}
