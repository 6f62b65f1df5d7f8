/// xxHash with 32 bits; HAProxy 3 places servers with IPv6 addresses and with guids by it.
enum XXH32 {
    private static let primes: (UInt32, UInt32, UInt32, UInt32, UInt32) =
        (2_654_435_761, 2_246_822_519, 3_266_489_917, 668_265_263, 374_761_393)

    static func hash(of bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        let (first, second, third, fourth, fifth) = Self.primes
        var at = 0
        var hash = seed &+ fifth
        if bytes.count >= 16 {
            var lanes = [seed &+ first &+ second, seed &+ second, seed, seed &- first]
            while at + 16 <= bytes.count {
                for lane in 0..<4 {
                    let word = Self.word(bytes, at: at + 4 * lane)
                    lanes[lane] = Self.rotated(lanes[lane] &+ word &* second, by: 13) &* first
                }
                at += 16
            }
            hash = Self.rotated(lanes[0], by: 1) &+ Self.rotated(lanes[1], by: 7)
            hash = hash &+ Self.rotated(lanes[2], by: 12) &+ Self.rotated(lanes[3], by: 18)
        }
        hash = hash &+ UInt32(truncatingIfNeeded: bytes.count)
        while at + 4 <= bytes.count {
            hash = Self.rotated(hash &+ Self.word(bytes, at: at) &* third, by: 17) &* fourth
            at += 4
        }
        for byte in bytes[at...] { hash = Self.rotated(hash &+ UInt32(byte) &* fifth, by: 11) &* first }
        hash = (hash ^ (hash >> 15)) &* second
        hash = (hash ^ (hash >> 13)) &* third
        return hash ^ (hash >> 16)
    }

    private static func word(_ bytes: [UInt8], at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
    }

    private static func rotated(_ value: UInt32, by count: UInt32) -> UInt32 {
        value << count | value >> (32 - count)
    }
}
