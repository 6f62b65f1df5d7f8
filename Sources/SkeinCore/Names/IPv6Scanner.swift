/// The groups of an IPv6 address, byte by byte (RFC 4291 section 2.2).
///
/// `::` stands for at least one group, so next to it there are at most seven.
struct IPv6Scanner: Sendable {
    /// What the next byte comes behind.
    private enum Place {
        case start
        /// A colon that only a second one makes sense of.
        case firstColon
        case group
        case colon
        case gap
    }

    private var place: Place = .start
    /// The groups that a colon has ended, the last one lowest.
    private var finished: UInt128 = 0
    private var count = 0
    /// How many groups stand in front of the `::`.
    private var gap: Int?
    private var group: UInt16 = 0
    private var digits = 0
    /// The group read as the first number of an IPv4 address; nil once it cannot be one.
    private var number: IPv4Scanner? = IPv4Scanner()
    /// The last 32 bits, if they are written as an IPv4 address.
    private var dotted: IPv4Scanner?

    private var groupLimit: Int { self.gap == nil ? 8 : 7 }

    /// Takes the next byte; false when no address continues with it.
    mutating func accept(_ byte: UInt8) -> Bool {
        if self.dotted != nil { return self.dotted?.accept(byte) ?? false }
        switch byte {
        case UInt8(ascii: ":"): return self.acceptColon()
        case UInt8(ascii: "."): return self.acceptDot()
        default: return self.acceptDigit(byte)
        }
    }

    /// The 128 bits, if the address may end here.
    var bits: UInt128? {
        var bits = self.finished
        var count = self.count
        if let dotted = self.dotted {
            guard let last = dotted.bits else { return nil }
            bits = bits << 32 | UInt128(last)
            count += 2
        } else if self.place == .group {
            bits = bits << 16 | UInt128(self.group)
            count += 1
        } else if self.place != .gap {
            return nil
        }
        guard let gap = self.gap else { return count == 8 ? bits : nil }
        let width = (count - gap) * 16
        return (bits >> width) << (128 - gap * 16) | (bits & (1 << width - 1))
    }

    private mutating func acceptDigit(_ byte: UInt8) -> Bool {
        guard let digit = Self.hexadecimal(byte), self.place != .firstColon else { return false }
        if self.place != .group {
            guard self.count < self.groupLimit else { return false }
            self.place = .group
            self.group = 0
            self.digits = 0
            self.number = IPv4Scanner()
        }
        guard self.digits < 4 else { return false }
        self.group = self.group << 4 | UInt16(digit)
        self.digits += 1
        if self.number?.accept(byte) != true { self.number = nil }
        return true
    }

    private mutating func acceptColon() -> Bool {
        switch self.place {
        case .start:
            self.place = .firstColon
        case .group:
            guard self.count + 1 < self.groupLimit else { return false }
            self.finished = self.finished << 16 | UInt128(self.group)
            self.count += 1
            self.place = .colon
        case .firstColon, .colon:
            guard self.gap == nil else { return false }
            self.gap = self.count
            self.place = .gap
        case .gap:
            return false
        }
        return true
    }

    private mutating func acceptDot() -> Bool {
        let fits = self.gap == nil ? self.count == 6 : self.count <= 5
        guard fits, self.place == .group, var dotted = self.number, dotted.accept(UInt8(ascii: ".")) else {
            return false
        }
        self.dotted = dotted
        return true
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
