import SkeinCore

/// Version 1 of the PROXY protocol: `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443` and CR LF (section 2.1).
///
/// Reads from left to right and stops at the first byte that no header has in its place. Nil means that the bytes ended
/// before that.
struct ProxyHeaderLine {
    /// The longest line that is allowed, with its end.
    private static let limit = 107
    private static let space = UInt8(ascii: " ")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    private init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The header at the start of `bytes`, and its length; nil while it is incomplete.
    static func parse(_ bytes: UnsafeRawBufferPointer) throws(ProxyHeaderError) -> (ProxyHeader, Int)? {
        var line = Self(bytes)
        guard let header = try line.header() else { return nil }
        return (header, line.position)
    }

    private mutating func header() throws(ProxyHeaderError) -> ProxyHeader? {
        guard try self.expect("PROXY ", or: .signature), let first = try self.next() else { return nil }
        switch first {
        case UInt8(ascii: "T"): return try self.addresses()
        case UInt8(ascii: "U"): return try self.unknown()
        default: throw ProxyHeaderError(.family)
        }
    }

    /// What follows the T of TCP4 or TCP6.
    private mutating func addresses() throws(ProxyHeaderError) -> ProxyHeader? {
        guard try self.expect("CP", or: .family), let digit = try self.next() else { return nil }
        let family: IPAddressScanner.Family
        switch digit {
        case UInt8(ascii: "4"): family = .v4
        case UInt8(ascii: "6"): family = .v6
        default: throw ProxyHeaderError(.family)
        }
        guard try self.expect(" ", or: .family),
            let source = try self.address(family), let destination = try self.address(family),
            let sourcePort = try self.port(endsWith: Self.space),
            let destinationPort = try self.port(endsWith: Self.carriageReturn),
            try self.expect("\n", or: .lineEnd)
        else { return nil }
        return .proxied(
            source: ProxyHeader.Endpoint(address: source, port: sourcePort),
            destination: ProxyHeader.Endpoint(address: destination, port: destinationPort)
        )
    }

    /// What follows the U of UNKNOWN. "The receiver must ignore anything presented before the CRLF"; a CR or LF alone
    /// is refused, because others may take it for the end.
    private mutating func unknown() throws(ProxyHeaderError) -> ProxyHeader? {
        guard try self.expect("NKNOWN", or: .family), var byte = try self.next() else { return nil }
        guard byte == Self.space || byte == Self.carriageReturn else { throw ProxyHeaderError(.family) }
        while byte != Self.carriageReturn {
            guard byte != Self.lineFeed else { throw ProxyHeaderError(.lineEnd) }
            guard let next = try self.next() else { return nil }
            byte = next
        }
        return try self.expect("\n", or: .lineEnd) ? .local : nil
    }

    /// An address and the space behind it.
    private mutating func address(_ family: IPAddressScanner.Family) throws(ProxyHeaderError) -> IPAddress? {
        var scanner = IPAddressScanner(family)
        while let byte = try self.next() {
            if byte == Self.space, let address = scanner.address { return address }
            guard scanner.accept(byte) else { throw ProxyHeaderError(.address) }
        }
        return nil
    }

    /// A port and the byte behind it.
    private mutating func port(endsWith end: UInt8) throws(ProxyHeaderError) -> UInt16? {
        var scanner = DecimalScanner(limit: Int(UInt16.max))
        while let byte = try self.next() {
            if byte == end, let value = scanner.value { return UInt16(exactly: value) }
            guard scanner.accept(byte) else { throw ProxyHeaderError(.port) }
        }
        return nil
    }

    /// Goes past a fixed text; false when the bytes end first.
    private mutating func expect(
        _ text: StaticString,
        or kind: ProxyHeaderError.Kind
    ) throws(ProxyHeaderError) -> Bool {
        for expected in UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
            guard let byte = try self.next() else { return false }
            guard byte == expected else { throw ProxyHeaderError(kind) }
        }
        return true
    }

    /// The next byte. Whatever it is, there must be room for CR LF.
    private mutating func next() throws(ProxyHeaderError) -> UInt8? {
        guard self.position < self.bytes.count else { return nil }
        let byte = self.bytes[self.position]
        if self.position >= Self.limit - 2 {
            let isEnd = byte == (self.position == Self.limit - 2 ? Self.carriageReturn : Self.lineFeed)
            guard isEnd else { throw ProxyHeaderError(.length) }
        }
        self.position += 1
        return byte
    }
}
