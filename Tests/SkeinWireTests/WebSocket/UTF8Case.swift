import Testing

/// One row of section 6 of the public conformance suite: bytes, and whether they are UTF-8.
struct UTF8Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let isValid: Bool

    var testDescription: String { "6.\(self.name) is \(self.isValid ? "valid" : "invalid") (RFC 6455 8.1)" }

    init(_ name: String, _ hexadecimal: String, _ isValid: Bool) {
        self.name = "\(name): \(hexadecimal)"
        let digits = hexadecimal.filter { $0 != " " }
        self.bytes = stride(from: 0, to: digits.count, by: 2).compactMap { offset in
            UInt8(digits.dropFirst(offset).prefix(2), radix: 16)
        }
        self.isValid = isValid
    }

    init(_ name: String, text: String) {
        self.name = name
        self.bytes = Array(text.utf8)
        self.isValid = true
    }

    /// Whether some continuation of `bytes` is UTF-8, found by trying them.
    static func canContinue(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
            || [0x80, 0x90, 0xA0].contains { (next: UInt8) in
                [[next], [next, 0x80], [next, 0x80, 0x80]].contains {
                    String(validating: bytes + $0, as: UTF8.self) != nil
                }
            }
    }

    /// How many bytes have to arrive until nothing can make the text valid any more; nil when it can be.
    var failsAfter: Int? {
        (1...max(1, self.bytes.count)).first { !Self.canContinue(Array(self.bytes.prefix($0))) }
    }

    static let all: [Self] = [
        Self.texts, Self.prefixes, Self.lengths, Self.lonely, Self.truncated, Self.impossible, Self.overlong,
        Self.surrogates, Self.nonCharacters,
    ].flatMap { $0 }
}
