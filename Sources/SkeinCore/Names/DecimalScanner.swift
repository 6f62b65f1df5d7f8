/// Reads a decimal number digit by digit. A leading zero is refused: some read it as octal.
public struct DecimalScanner: Sendable {
    private let limit: Int
    /// The number so far; nil before the first digit.
    public private(set) var value: Int?

    /// Takes numbers from 0 to `limit`, which is at most 2^32.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Takes the next byte. False when no such number continues with it; the number stays as it was.
    public mutating func accept(_ byte: UInt8) -> Bool {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return false }
        let digit = Int(byte - UInt8(ascii: "0"))
        guard let value = self.value else {
            self.value = digit
            return digit <= self.limit
        }
        guard value > 0, value * 10 + digit <= self.limit else { return false }
        self.value = value * 10 + digit
        return true
    }
}
