/// HAProxy's integer mix, which makes points of numbers and is what `avalanche` adds to a hash.
///
/// A bijection: each step can be undone. Different numbers never meet at one point.
@usableFromInline
enum FullHash {
    @inlinable
    static func mix(_ number: UInt32) -> UInt32 {
        var hash = number
        hash = (hash &+ 0x7ED5_5D16) &+ (hash &<< 12)
        hash = (hash ^ 0xC761_C23C) ^ (hash &>> 19)
        hash = (hash &+ 0x1656_67B1) &+ (hash &<< 5)
        hash = (hash &+ 0xD3A2_646C) ^ (hash &<< 9)
        hash = (hash &+ 0xFD70_46C5) &+ (hash &<< 3)
        hash = (hash ^ 0xB55A_4F09) ^ (hash &>> 16)
        return hash &* 3_221_225_473
    }
}
