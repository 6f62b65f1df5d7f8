/// An IPv4 or IPv6 address.
///
/// An IPv4 address and its IPv4-mapped IPv6 form (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) are the same value: a
/// socket that listens on both families reports one client in either form. Zones (`%eth0`) are no part of an address.
public struct IPAddress: Hashable, Sendable {
    /// What the upper 96 bits of every IPv4 address are.
    private static let mapped: UInt128 = 0xFFFF

    /// The 128 bits in the order of the network, the first group highest; those of an IPv4 address in its mapped form.
    public let bits: UInt128

    /// An address of 128 bits, the first group highest.
    public init(bits: UInt128) {
        self.bits = bits
    }

    /// An IPv4 address, the first number highest.
    public init(v4: UInt32) {
        self.bits = Self.mapped << 32 | UInt128(v4)
    }

    /// Reads four decimal numbers (IPv4), or groups of hexadecimal digits (IPv6, RFC 4291 section 2.2); nil for
    /// anything else, numbers with leading zeros among it.
    public init?(_ text: some StringProtocol) {
        var scanner = IPAddressScanner(text.utf8.contains(UInt8(ascii: ":")) ? .v6 : .v4)
        for byte in text.utf8 {
            guard scanner.accept(byte) else { return nil }
        }
        guard let address = scanner.address else { return nil }
        self = address
    }

    /// Whether it is an IPv4 address, in whatever form it came.
    public var isV4: Bool { self.bits >> 32 == Self.mapped }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted numbers for IPv4; the one recommended spelling for IPv6 (RFC 5952).
    public var description: String {
        guard !self.isV4 else { return self.parts(of: 8, count: 4).map { "\($0)" }.joined(separator: ".") }
        let groups = self.parts(of: 16, count: 8)
        guard let gap = Self.longestGap(groups) else { return Self.text(groups[...]) }
        return Self.text(groups[..<gap.lowerBound]) + "::" + Self.text(groups[gap.upperBound...])
    }

    /// The lowest `count` parts of `width` bits each, the highest first.
    private func parts(of width: Int, count: Int) -> [UInt16] {
        (0..<count).reversed().map { place in
            UInt16(truncatingIfNeeded: (self.bits >> (place * width)) & (1 << width - 1))
        }
    }

    private static func text(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The first of the longest runs of zeros; one zero alone is written out (RFC 5952 section 4.2).
    private static func longestGap(_ groups: [UInt16]) -> Range<Int>? {
        var longest = 0..<1
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > longest.count {
                longest = start..<index + 1
            }
        }
        return longest.count > 1 ? longest : nil
    }
}
