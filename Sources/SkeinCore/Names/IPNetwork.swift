/// All addresses that begin with the same bits, written in CIDR notation (RFC 4632 section 3.1): `10.0.0.0/8`,
/// `2001:db8::/32`.
///
/// A network of IPv6 addresses holds no IPv4 address, `::/0` included: who writes it has not thought of IPv4. A network
/// inside `::ffff:0:0/96` is the network of the IPv4 addresses it maps.
public struct IPNetwork: Hashable, Sendable {
    private let base: IPAddress
    /// 0–128, also for IPv4, whose 96 bits in front count.
    private let prefixLength: Int

    /// Reads `address/length`, or an address alone, which is a network of one. Throws what is wrong with the text.
    public init(_ text: String) throws(IPNetworkError) {
        let bytes = text.utf8
        let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
        guard let base = IPAddress(text[..<(slash ?? text.endIndex)]) else {
            throw IPNetworkError(.address, text: text)
        }
        self.base = base
        guard let slash else {
            self.prefixLength = 128
            return
        }
        let isDotted = !bytes[..<slash].contains(UInt8(ascii: ":"))
        var length = DecimalScanner(limit: isDotted ? 32 : 128)
        for byte in bytes[bytes.index(after: slash)...] where !length.accept(byte) {
            throw IPNetworkError(.prefixLength(limit: isDotted ? 32 : 128), text: text)
        }
        guard let value = length.value else {
            throw IPNetworkError(.prefixLength(limit: isDotted ? 32 : 128), text: text)
        }
        self.prefixLength = isDotted ? value + 96 : value
        let first = IPAddress(bits: base.bits & self.mask)
        guard first == base else { throw IPNetworkError(.hostBits(first: first, length: value), text: text) }
    }

    private var mask: UInt128 { .max << (128 - self.prefixLength) }

    /// Whether the address is one of the network's.
    public func contains(_ address: IPAddress) -> Bool {
        (address.bits ^ self.base.bits) & self.mask == 0 && (self.prefixLength >= 96 || !address.isV4)
    }
}
