/// Reads an address byte by byte, and refuses a byte as soon as no address can begin with what has come.
///
/// For text of a peer that arrives in pieces: whoever feeds it never waits for more of something that is wrong already.
public struct IPAddressScanner: Sendable {
    /// The spelling that is expected.
    public enum Family: Sendable {
        /// Four decimal numbers of 0–255 without leading zeros.
        case v4
        /// Hexadecimal groups with at most one `::`, the last two perhaps as an IPv4 address (RFC 4291 section 2.2).
        case v6
    }

    private var v4 = IPv4Scanner()
    private var v6 = IPv6Scanner()
    private let family: Family

    /// Starts before the first byte.
    public init(_ family: Family) {
        self.family = family
    }

    /// Takes the next byte. False when no address continues with it; the scanner is of no use after that.
    public mutating func accept(_ byte: UInt8) -> Bool {
        switch self.family {
        case .v4: self.v4.accept(byte)
        case .v6: self.v6.accept(byte)
        }
    }

    /// The address, if it may end here.
    public var address: IPAddress? {
        switch self.family {
        case .v4: self.v4.bits.map(IPAddress.init(v4:))
        case .v6: self.v6.bits.map(IPAddress.init(bits:))
        }
    }
}
