/// The function of `hash-type consistent <function>` that turns a key into 32 bits.
///
/// The raw value is HAProxy's keyword. Written for any sequence of bytes, so that nobody has to copy a key to look it
/// up.
public enum HAProxyHash: String, Sendable, Hashable, CaseIterable {
    /// HAProxy's default.
    case sdbm
    /// Without `avalanche` it spreads similar keys badly: some nodes may own nothing.
    case djb2
    case wt6
    /// CRC-32 as in zlib; with `avalanche` the best of the four.
    case crc32

    /// The hash of a key; `avalanche` mixes it once more, as HAProxy's keyword does. O(bytes), no allocation.
    @inlinable
    public func hash(of bytes: some Sequence<UInt8>, avalanche: Bool) -> UInt32 {
        let hash =
            switch self {
            case .sdbm: Self.sdbm(bytes)
            case .djb2: Self.djb2(bytes)
            case .wt6: Self.wt6(bytes)
            case .crc32: CRC32.checksum(of: bytes)
            }
        return avalanche ? FullHash.mix(hash) : hash
    }

    @inlinable
    static func sdbm(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var hash: UInt32 = 0
        for byte in bytes { hash = UInt32(byte) &+ (hash &<< 6) &+ (hash &<< 16) &- hash }
        return hash
    }

    @inlinable
    static func djb2(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var hash: UInt32 = 5381
        for byte in bytes { hash = hash &* 33 &+ UInt32(byte) }
        return hash
    }

    @inlinable
    static func wt6(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var first: UInt32 = 0xA53C_965A
        var second: UInt32 = 0x5CA6_953A
        var firstStep: UInt32 = 6
        var secondStep: UInt32 = 18
        for byte in bytes {
            first = ~(first ^ UInt32(byte))
            second = ~(second &+ UInt32(byte))
            let rotated = Self.rotated(second, by: firstStep)
            second = Self.rotated(first, by: secondStep)
            first = rotated
            let steps = ((first >> 16) ^ second) & 0xFFFF
            firstStep = steps & 0x1F
            secondStep = steps >> 11
        }
        return first ^ second
    }

    @inlinable
    static func rotated(_ value: UInt32, by count: UInt32) -> UInt32 {
        value &<< count | value &>> (32 &- count)
    }
}
