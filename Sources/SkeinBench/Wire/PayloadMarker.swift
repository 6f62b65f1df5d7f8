/// What a publication of the benchmark says about itself, as 48 letters in its payload.
///
/// Numbers are written with the letters A to P for the values 0 to 15, most significant first: valid in every
/// encoding, and eight of them are read with a handful of machine instructions. The run id keeps publications of other
/// programs and of earlier runs out of the count.
public struct PayloadMarker: Equatable, Sendable {
    /// Which connection published it; below 2³¹.
    public var publisher: UInt32
    /// Whether it belongs to the measured span, not to the warm-up.
    public var isMeasured: Bool
    /// 0, 1, 2 … for each publisher and channel.
    public var sequence: UInt32
    /// When it was to be sent, in nanoseconds of the monotonic clock.
    public var time: UInt64

    /// Bytes in a payload.
    public static let length = 48
    /// Bytes that say that this is a marker of this run.
    static let signLength = 16
    private static let magic: StaticString = "~skein1~"

    /// Says what a payload says.
    public init(publisher: UInt32, isMeasured: Bool, sequence: UInt32, time: UInt64) {
        self.publisher = publisher
        self.isMeasured = isMeasured
        self.sequence = sequence
        self.time = time
    }

    /// The bytes in front of every marker of a run.
    static func sign(run: UInt32) -> [UInt8] {
        Self.magic.withUTF8Buffer { Array($0) } + Self.letters(run)
    }

    /// Appends sign and marker.
    func append(to bytes: inout [UInt8], sign: [UInt8]) {
        bytes.append(contentsOf: sign)
        bytes.append(contentsOf: Self.letters(self.publisher << 1 | (self.isMeasured ? 1 : 0)))
        bytes.append(contentsOf: Self.letters(self.sequence))
        bytes.append(contentsOf: Self.letters(UInt32(truncatingIfNeeded: self.time >> 32)))
        bytes.append(contentsOf: Self.letters(UInt32(truncatingIfNeeded: self.time)))
    }

    /// Reads the marker whose sign starts at `offset`; nil when a letter is none. `length` bytes have to be there.
    @inline(__always)
    init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        let start = offset + Self.signLength
        let words = (
            bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: start + 16, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: start + 24, as: UInt64.self)
        )
        guard let first = Self.number(words.0), let sequence = Self.number(words.1),
            let high = Self.number(words.2), let low = Self.number(words.3)
        else { return nil }
        self.publisher = first >> 1
        self.isMeasured = first & 1 == 1
        self.sequence = sequence
        self.time = UInt64(high) << 32 | UInt64(low)
    }

    private static func letters(_ value: UInt32) -> [UInt8] {
        (0..<8).map { UInt8(ascii: "A") + UInt8(truncatingIfNeeded: value >> UInt32(28 - 4 * $0) & 0x0F) }
    }

    /// Eight letters as they lie in memory; the nibbles are moved together in three steps.
    @inline(__always)
    private static func number(_ letters: UInt64) -> UInt32? {
        var value = letters.byteSwapped &- 0x4141_4141_4141_4141
        guard value & 0xF0F0_F0F0_F0F0_F0F0 == 0 else { return nil }
        value = (value | value >> 4) & 0x00FF_00FF_00FF_00FF
        value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: value | value >> 16)
    }
}
