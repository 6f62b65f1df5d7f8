import SkeinCore

/// Version 2 of the PROXY protocol: a signature, four bytes, addresses, additional fields (section 2.2).
///
/// What the first 16 bytes say is judged as soon as it is there. The rest is looked at when it is complete, as the
/// protocol demands.
struct ProxyHeaderBlock {
    private static let signature: StaticString = "\r\n\r\n\0\r\nQUIT\n"
    /// The signature, version and command, family and transport, length.
    private static let prefixLength = 16
    /// The most that may follow the first 16 bytes. Proxies send some dozens. Only certificates of clients need more,
    /// and nothing here reads them.
    private static let limit = 4096

    private enum Family: UInt8 {
        case unspecified
        case inet
        case inet6
        case unix

        /// Bytes of both addresses and their ports.
        var length: Int {
            switch self {
            case .unspecified: 0
            case .inet: 12
            case .inet6: 36
            case .unix: 216
            }
        }
    }

    /// The header at the start of `bytes`, and its length; nil while it is incomplete.
    static func parse(_ bytes: UnsafeRawBufferPointer) throws(ProxyHeaderError) -> (ProxyHeader, Int)? {
        guard try Self.hasSignature(bytes), bytes.count > 12 else { return nil }
        let isLocal = try Self.isLocal(bytes[12])
        guard bytes.count > 13 else { return nil }
        let family = isLocal ? .unspecified : try Self.family(bytes[13])
        guard let length = try Self.length(bytes, atLeast: family.length) else { return nil }
        let total = Self.prefixLength + length
        guard bytes.count >= total else { return nil }
        let header = UnsafeRawBufferPointer(rebasing: bytes[..<total])
        // A family in a LOCAL header is to be ignored, so nobody knows where its fields begin: nothing of it is read.
        if !isLocal || header[13] == 0 {
            try ProxyHeaderFields.check(header, from: Self.prefixLength + family.length)
        }
        let isUsable = header[13] & 0x0F != 0
        return (isUsable ? Self.addresses(header, family) : .local, total)
    }

    /// Whether the whole signature is there. Throws at the first byte that differs.
    private static func hasSignature(_ bytes: UnsafeRawBufferPointer) throws(ProxyHeaderError) -> Bool {
        let signature = UnsafeRawBufferPointer(
            start: Self.signature.utf8Start,
            count: Self.signature.utf8CodeUnitCount
        )
        guard zip(bytes, signature).allSatisfy({ $0 == $1 }) else { throw ProxyHeaderError(.signature) }
        return bytes.count >= signature.count
    }

    private static func isLocal(_ byte: UInt8) throws(ProxyHeaderError) -> Bool {
        guard byte >> 4 == 2 else { throw ProxyHeaderError(.version) }
        guard byte & 0x0F <= 1 else { throw ProxyHeaderError(.command) }
        return byte & 0x0F == 0
    }

    private static func family(_ byte: UInt8) throws(ProxyHeaderError) -> Family {
        guard let family = Family(rawValue: byte >> 4), byte & 0x0F <= 2 else { throw ProxyHeaderError(.family) }
        return family
    }

    /// What the length field says; nil while it is incomplete. Its upper byte alone may say too much.
    private static func length(
        _ bytes: UnsafeRawBufferPointer,
        atLeast minimum: Int
    ) throws(ProxyHeaderError) -> Int? {
        guard bytes.count > 14 else { return nil }
        guard Int(bytes[14]) << 8 <= Self.limit else { throw ProxyHeaderError(.length) }
        guard bytes.count > 15 else { return nil }
        let length = Int(bytes[14]) << 8 | Int(bytes[15])
        guard length <= Self.limit, length >= minimum else { throw ProxyHeaderError(.length) }
        return length
    }

    /// The addresses of a header that is long enough for them. UNIX sockets have none that would say who the client is.
    private static func addresses(_ header: UnsafeRawBufferPointer, _ family: Family) -> ProxyHeader {
        let width: Int
        switch family {
        case .unspecified, .unix: return .local
        case .inet: width = 4
        case .inet6: width = 16
        }
        let ports = Self.prefixLength + 2 * width
        return .proxied(
            source: Self.endpoint(header, address: Self.prefixLength, width: width, port: ports),
            destination: Self.endpoint(header, address: Self.prefixLength + width, width: width, port: ports + 2)
        )
    }

    private static func endpoint(
        _ header: UnsafeRawBufferPointer,
        address: Int,
        width: Int,
        port: Int
    ) -> ProxyHeader.Endpoint {
        let port = UInt16(bigEndian: header.loadUnaligned(fromByteOffset: port, as: UInt16.self))
        let bits = header[address..<address + width].reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        let address = width == 4 ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(bits: bits)
        return ProxyHeader.Endpoint(address: address, port: port)
    }
}
