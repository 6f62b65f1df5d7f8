/// FNV-1a with 64 bits, and the finalizer of SplitMix64: what the profile `rendezvous` is made of.
@usableFromInline
enum FNV {
    @inlinable
    static func hash(of bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Self.mix(hash)
    }

    /// FNV alone leaves the high bits of short keys alike.
    @inlinable
    static func mix(_ number: UInt64) -> UInt64 {
        var hash = number
        hash = (hash ^ (hash &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash &>> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash &>> 31)
    }
}
