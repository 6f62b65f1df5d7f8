/// The four numbers of an IPv4 address, byte by byte.
struct IPv4Scanner: Sendable {
    /// The numbers that a dot has ended, the last one lowest.
    private var finished: UInt32 = 0
    private var dots = 0
    private var number = DecimalScanner(limit: 255)

    /// Takes the next byte; false when no address continues with it.
    mutating func accept(_ byte: UInt8) -> Bool {
        guard byte == UInt8(ascii: ".") else { return self.number.accept(byte) }
        guard self.dots < 3, let bits = self.appended else { return false }
        self.finished = bits
        self.dots += 1
        self.number = DecimalScanner(limit: 255)
        return true
    }

    /// The 32 bits, if the address may end here.
    var bits: UInt32? { self.dots == 3 ? self.appended : nil }

    private var appended: UInt32? {
        self.number.value.map { self.finished << 8 | UInt32(truncatingIfNeeded: $0) }
    }
}
