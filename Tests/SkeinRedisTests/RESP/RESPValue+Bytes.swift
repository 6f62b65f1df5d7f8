import SkeinTestKit

@testable import SkeinRedis

extension RESPValue {
    /// How Redis would write the value.
    var encoded: [UInt8] {
        switch self {
        case .simple(let text): return [UInt8]("+\(text)\r\n".utf8)
        case .error(let text): return [UInt8]("-\(text)\r\n".utf8)
        case .integer(let value): return [UInt8](":\(value)\r\n".utf8)
        case .bulk(let bytes): return [UInt8]("$\(bytes.count)\r\n".utf8) + bytes + [0x0D, 0x0A]
        case .null: return [UInt8]("$-1\r\n".utf8)
        case .array(let elements): return [UInt8]("*\(elements.count)\r\n".utf8) + elements.flatMap(\.encoded)
        }
    }

    /// A bulk string with the UTF-8 of a text.
    static func bulk(_ text: String) -> RESPValue { .bulk([UInt8](text.utf8)) }

    /// Any value, with arrays nested at most as deep as asked.
    static func random(depth: Int, using random: inout SeededGenerator) -> RESPValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return .simple("OK")
        case 1: return .error("ERR of some kind")
        case 2: return .integer(Int64(bitPattern: random.next() >> UInt64.random(in: 0..<64, using: &random)))
        case 3: return .null
        case 4: return .bulk([])
        case 5:
            return .bulk(
                (0..<Int.random(in: 1..<200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            )
        default:
            let count = Int.random(in: 0..<5, using: &random)
            return .array((0..<count).map { _ in Self.random(depth: depth - 1, using: &random) })
        }
    }
}
