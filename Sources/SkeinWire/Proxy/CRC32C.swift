/// The Castagnoli checksum (RFC 4960 appendix B), a table look-up for each byte.
struct CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0x82F6_3B78 }
    }

    private var state = UInt32.max

    /// The checksum of all bytes so far.
    var value: UInt32 { ~self.state }

    /// Goes on with more bytes.
    mutating func update(_ bytes: some Sequence<UInt8>) {
        let table = Self.table
        for byte in bytes {
            self.state = self.state >> 8 ^ table[Int(UInt8(truncatingIfNeeded: self.state) ^ byte)]
        }
    }
}
