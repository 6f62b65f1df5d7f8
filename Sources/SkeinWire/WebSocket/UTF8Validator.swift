/// Decides while the bytes arrive whether they can still become valid UTF-8 (RFC 3629, Unicode table 3-7).
///
/// A text message may be cut anywhere, by fragments and by TCP, and has to be refused at the first byte that no
/// continuation can repair (RFC 6455 section 8.1). Between calls only the rest of one sequence is remembered: how many
/// bytes it needs, and the range of the next one, which is narrower than 80–BF after E0, ED, F0 and F4 (overlong forms,
/// surrogates, beyond U+10FFFF).
public struct UTF8Validator: Sendable, Equatable {
    private var needed: UInt8 = 0
    private var lowerBound: UInt8 = 0x80
    private var upperBound: UInt8 = 0xBF

    /// Starts before the first byte of a text.
    public init() {}

    /// Whether `bytes` is a text, all of it. Linear.
    public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var validator = Self()
        return validator.validate(bytes) && validator.isComplete
    }

    /// Whether the bytes so far end between characters.
    public var isComplete: Bool { self.needed == 0 }

    /// Forgets everything, as before the first byte of another text.
    public mutating func reset() {
        self = Self()
    }

    /// Takes the next bytes of the text; false as soon as the text can no longer be valid, and from then on the
    /// validator is of no use until `reset()`. Linear, eight bytes at a step through ASCII.
    public mutating func validate(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var index = 0
        while self.needed > 0 {
            guard index < bytes.count else { return true }
            guard self.accept(bytes[index]) else { return false }
            index += 1
        }
        guard Self.skipWholeSequences(base, from: &index, count: bytes.count) else { return false }
        // At most the last three bytes are left: too near the end to look at four at once.
        while index < bytes.count {
            guard self.accept(base.load(fromByteOffset: index, as: UInt8.self)) else { return false }
            index += 1
        }
        return true
    }

    /// One byte, with regard to the sequence that is open.
    private mutating func accept(_ byte: UInt8) -> Bool {
        if self.needed > 0 {
            guard byte >= self.lowerBound, byte <= self.upperBound else { return false }
            self.needed -= 1
            self.lowerBound = 0x80
            self.upperBound = 0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: self.open(1)
        case 0xE0: self.open(2, from: 0xA0)
        case 0xED: self.open(2, through: 0x9F)
        case 0xE1...0xEF: self.open(2)
        case 0xF0: self.open(3, from: 0x90)
        case 0xF4: self.open(3, through: 0x8F)
        case 0xF1...0xF3: self.open(3)
        default: return false
        }
        return true
    }

    private mutating func open(_ needed: UInt8, from lowerBound: UInt8 = 0x80, through upperBound: UInt8 = 0xBF) {
        self.needed = needed
        self.lowerBound = lowerBound
        self.upperBound = upperBound
    }

    /// Walks over whole characters while at least four bytes are left; false at a sequence that is certainly wrong.
    private static func skipWholeSequences(_ base: UnsafeRawPointer, from start: inout Int, count: Int) -> Bool {
        var index = start
        while count - index >= 4 {
            let word = UInt32(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt32.self))
            if word & 0x80 == 0 {
                index = Self.skipASCII(base, from: index, count: count)
                continue
            }
            let length = Self.sequenceLength(word)
            guard length > 0 else { return false }
            index += length
        }
        start = index
        return true
    }

    /// The length of the multi-byte sequence in the low bytes of `word`, 0 when it is none.
    ///
    /// Lead and continuation bytes are compared under one mask; then the bits that tell overlong forms, surrogates and
    /// too large values apart are looked at together.
    @inline(__always)
    private static func sequenceLength(_ word: UInt32) -> Int {
        if word & 0xC0E0 == 0x80C0 {
            return word & 0x1E != 0 ? 2 : 0
        }
        if word & 0xC0_C0F0 == 0x80_80E0 {
            let significant = word & 0x200F
            return significant != 0 && significant != 0x200D ? 3 : 0
        }
        if word & 0xC0C0_C0F8 == 0x8080_80F0 {
            let significant = word & 0x3007
            return significant != 0 && (significant & 7 < 4 || significant == 4) ? 4 : 0
        }
        return 0
    }

    /// The index of the first byte at or after `index` that may be no ASCII; moves by at least one.
    @inline(__always)
    private static func skipASCII(_ base: UnsafeRawPointer, from start: Int, count: Int) -> Int {
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while count - index >= 32 {
            let words = base.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
            guard (words[0] | words[1] | words[2] | words[3]) & highBits == 0 else { break }
            index += 32
        }
        while count - index >= 8 {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let high = word & highBits
            guard high == 0 else { return index + high.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count, base.load(fromByteOffset: index, as: UInt8.self) < 0x80 { index += 1 }
        return index
    }
}
