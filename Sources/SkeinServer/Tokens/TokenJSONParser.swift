/// The grammar of RFC 8259 as a recursive descent over bytes that are valid UTF-8.
///
/// Strict: no trailing commas, no comments, no byte order mark, no control characters in strings, nothing after the
/// value. Every method answers nil when the text does not match; then the position means nothing.
struct TokenJSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    /// Bounds the recursion.
    private static let maximumDepth = 64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// One value and nothing else.
    mutating func text() -> TokenJSON? {
        guard let value = self.value() else { return nil }
        self.skipWhiteSpace()
        return self.position == self.bytes.count ? value : nil
    }

    private mutating func value() -> TokenJSON? {
        self.skipWhiteSpace()
        switch self.current {
        case UInt8(ascii: "{"): return self.nested { parser in parser.object() }
        case UInt8(ascii: "["): return self.nested { parser in parser.array() }
        case UInt8(ascii: "\""): return self.string()
        case UInt8(ascii: "t"): return self.word("true")
        case UInt8(ascii: "f"): return self.word("false")
        case UInt8(ascii: "n"): return self.word("null")
        default: return self.number()
        }
    }

    // MARK: Containers

    private mutating func nested(_ body: (inout Self) -> TokenJSON.Content?) -> TokenJSON? {
        guard self.depth < Self.maximumDepth else { return nil }
        self.depth += 1
        defer { self.depth -= 1 }
        let start = self.position
        self.position += 1
        guard let content = body(&self) else { return nil }
        return TokenJSON(source: self.bytes[start..<self.position], content: content)
    }

    private mutating func object() -> TokenJSON.Content? {
        var members: [(name: TokenJSON, value: TokenJSON)] = []
        if self.skip(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            self.skipWhiteSpace()
            guard let name = self.string(), self.skip(UInt8(ascii: ":")), let value = self.value() else { return nil }
            members.append((name, value))
        } while self.skip(UInt8(ascii: ","))
        return self.skip(UInt8(ascii: "}")) ? .object(members) : nil
    }

    private mutating func array() -> TokenJSON.Content? {
        var elements: [TokenJSON] = []
        if self.skip(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            guard let element = self.value() else { return nil }
            elements.append(element)
        } while self.skip(UInt8(ascii: ","))
        return self.skip(UInt8(ascii: "]")) ? .array(elements) : nil
    }

    // MARK: Scalars

    private mutating func string() -> TokenJSON? {
        let start = self.position
        guard self.skip(UInt8(ascii: "\"")) else { return nil }
        while let byte = self.current {
            self.position += 1
            switch byte {
            case UInt8(ascii: "\""): return TokenJSON(source: self.bytes[start..<self.position])
            case UInt8(ascii: "\\"): guard self.skipEscape() else { return nil }
            case 0..<0x20: return nil
            default: break
            }
        }
        return nil
    }

    private mutating func skipEscape() -> Bool {
        guard let byte = self.current else { return false }
        self.position += 1
        guard byte == UInt8(ascii: "u") else { return #""\/bfnrt"#.utf8.contains(byte) }
        for _ in 0..<4 {
            guard let digit = self.current, Character(Unicode.Scalar(digit)).isHexDigit else { return false }
            self.position += 1
        }
        return true
    }

    private mutating func number() -> TokenJSON? {
        let start = self.position
        self.skipIf { $0 == UInt8(ascii: "-") }
        let leadingZero = self.current == UInt8(ascii: "0")
        guard let integerDigits = self.skipDigits(), !leadingZero || integerDigits == 1 else { return nil }
        if self.skipIf({ $0 == UInt8(ascii: ".") }) {
            guard self.skipDigits() != nil else { return nil }
        }
        if self.skipIf({ $0 | 0x20 == UInt8(ascii: "e") }) {
            self.skipIf { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
            guard self.skipDigits() != nil else { return nil }
        }
        return TokenJSON(source: self.bytes[start..<self.position])
    }

    /// How many digits there were; nil for none.
    private mutating func skipDigits() -> Int? {
        let start = self.position
        while self.skipIf({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {}
        return self.position > start ? self.position - start : nil
    }

    private mutating func word(_ word: String) -> TokenJSON? {
        let rest = self.bytes[self.position...]
        guard rest.starts(with: word.utf8) else { return nil }
        let end = self.position + word.utf8.count
        defer { self.position = end }
        return TokenJSON(source: self.bytes[self.position..<end])
    }

    // MARK: Bytes

    private var current: UInt8? {
        self.position < self.bytes.count ? self.bytes[self.position] : nil
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        self.skipWhiteSpace()
        return self.skipIf { $0 == byte }
    }

    @discardableResult
    private mutating func skipIf(_ matches: (UInt8) -> Bool) -> Bool {
        guard let byte = self.current, matches(byte) else { return false }
        self.position += 1
        return true
    }

    private mutating func skipWhiteSpace() {
        while self.skipIf({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) {}
    }
}
