import NIOCore
import SkeinTestKit
import Testing

/// Bytes that are compared in tests; a failure shows the first few instead of a hundred thousand.
struct Octets: Equatable, Sendable, ExpressibleByArrayLiteral, CustomTestStringConvertible {
    var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(arrayLiteral bytes: UInt8...) {
        self.bytes = bytes
    }

    /// Bytes that look different at every place.
    static func random(_ count: Int, seed: UInt64 = 1) -> Octets {
        var generator = SeededGenerator(seed: seed)
        return Octets((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    var count: Int { self.bytes.count }
    var buffer: ByteBuffer { ByteBuffer(bytes: self.bytes) }
    var testDescription: String { "\(self.count) octets: \(self.bytes.prefix(16))" }

    func prefix(_ count: Int) -> Octets { Octets(Array(self.bytes.prefix(count))) }
    subscript(range: Range<Int>) -> Octets { Octets(Array(self.bytes[range])) }
}
