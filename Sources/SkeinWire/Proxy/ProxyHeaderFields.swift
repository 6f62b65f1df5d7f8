/// The additional fields of version 2 (TLV: type, length, value), of which only the checksum says something to a
/// server.
enum ProxyHeaderFields {
    /// Type and length.
    private static let prefixLength = 3
    private static let checksumType: UInt8 = 0x03
    private static let checksumLength = 4

    /// Throws if the fields do not fill the header exactly, or if there is a checksum and it is wrong (section 2.2.3).
    static func check(_ header: UnsafeRawBufferPointer, from start: Int) throws(ProxyHeaderError) {
        var position = start
        var checksum: Int?
        while position < header.count {
            guard header.count - position >= Self.prefixLength else { throw ProxyHeaderError(.field) }
            let length = Int(header[position + 1]) << 8 | Int(header[position + 2])
            let value = position + Self.prefixLength
            guard header.count - value >= length else { throw ProxyHeaderError(.field) }
            if header[position] == Self.checksumType {
                // Of two checksums, neither could cover the other.
                guard length == Self.checksumLength, checksum == nil else { throw ProxyHeaderError(.field) }
                checksum = value
            }
            position = value + length
        }
        if let checksum { try Self.verify(header, checksum: checksum) }
    }

    /// The checksum is made over the header with zeros in its own place.
    private static func verify(_ header: UnsafeRawBufferPointer, checksum: Int) throws(ProxyHeaderError) {
        let expected = UInt32(bigEndian: header.loadUnaligned(fromByteOffset: checksum, as: UInt32.self))
        var actual = CRC32C()
        actual.update(header[..<checksum])
        actual.update(repeatElement(0, count: Self.checksumLength))
        actual.update(header[(checksum + Self.checksumLength)...])
        guard actual.value == expected else { throw ProxyHeaderError(.checksum) }
    }
}
