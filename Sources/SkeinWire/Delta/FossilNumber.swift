/// Numbers in a patch: base 64, most significant digit first, with digits in the order of ASCII.
enum FossilNumber {
    private static let digits: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"

    /// Appends the shortest form, at most six digits.
    static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        var shift = 0
        while value >> UInt32(shift + 6) > 0, shift < 30 { shift += 6 }
        while shift >= 0 {
            bytes.append(Self.digits.utf8Start[Int(value >> UInt32(shift) & 0x3F)])
            shift -= 6
        }
    }

    /// The value of a digit; nil for any other byte.
    static func value(of digit: UInt8) -> Int? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit) - 0x30
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(digit) - 0x41 + 10
        case UInt8(ascii: "_"): 36
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(digit) - 0x61 + 37
        case UInt8(ascii: "~"): 63
        default: nil
        }
    }
}
