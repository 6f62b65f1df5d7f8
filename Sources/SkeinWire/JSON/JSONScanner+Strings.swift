/// Strings: found first, decoded only when there is something to decode.
extension JSONScanner {
    /// A string, its escapes decoded. Half of a surrogate pair is ``JSONError/Kind/loneSurrogate``.
    public mutating func string() throws(JSONError) -> String {
        let (range, hasEscapes) = try self.stringContent()
        if hasEscapes { return String(decoding: try self.decoded(range), as: UTF8.self) }
        return String(decoding: self.bytes[range], as: UTF8.self)
    }

    /// The UTF-8 of a string, its escapes decoded: for a string that holds another text.
    public mutating func stringBytes() throws(JSONError) -> [UInt8] {
        let (range, hasEscapes) = try self.stringContent()
        return hasEscapes ? try self.decoded(range) : Array(self.bytes[range])
    }

    /// A member's name; nil when it is longer than any that a table can hold.
    mutating func name() throws(JSONError) -> JSONName? {
        let (range, hasEscapes) = try self.stringContent()
        if hasEscapes { return try self.decoded(range).withUnsafeBytes { JSONName($0) } }
        return JSONName(self.bytes[range])
    }

    /// Passes a string after validating all of it (RFC 8259 section 7, UTF-8 included); what stands between its
    /// quotes.
    ///
    /// A lone `\uD800` is allowed: the grammar has it, and only a decoder can object.
    mutating func stringContent() throws(JSONError) -> (range: Range<Int>, hasEscapes: Bool) {
        guard self.skipWhitespace() == UInt8(ascii: "\"") else { throw self.mismatch }
        self.position += 1
        let start = self.position
        var hasEscapes = false
        while true {
            self.skipPlain()
            guard self.position < self.bytes.count else { throw self.syntaxError }
            switch self.bytes[self.position] {
            case UInt8(ascii: "\""):
                self.position += 1
                return (start..<self.position - 1, hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try self.skipEscape()
            case 0x80...:
                try self.skipMultibyte()
            default:
                throw self.syntaxError
            }
        }
    }

    /// Passes printable ASCII up to the next byte that needs a look.
    @inline(__always)
    private mutating func skipPlain() {
        var position = self.position
        let count = self.bytes.count
        while count - position >= 8 {
            let marks = self.bytes.word(at: position).specialMarks
            if marks != 0 {
                self.position = position + ByteWord.firstIndex(marks)
                return
            }
            position += 8
        }
        while position < count {
            let byte = self.bytes[position]
            guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
            position += 1
        }
        self.position = position
    }

    private mutating func skipEscape() throws(JSONError) {
        guard self.bytes.count - self.position >= 2 else { throw self.syntaxError }
        switch self.bytes[self.position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            self.position += 2
        case UInt8(ascii: "u"):
            guard self.bytes.count - self.position >= 6, self.codeUnit(at: self.position + 2) != nil else {
                throw self.syntaxError
            }
            self.position += 6
        default:
            throw self.syntaxError
        }
    }

    /// Passes one character of two to four bytes (Unicode, table 3-7: no overlong forms, no surrogates).
    private mutating func skipMultibyte() throws(JSONError) {
        let first = self.bytes[self.position]
        let second: ClosedRange<UInt8>
        let length: Int
        switch first {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw self.syntaxError
        }
        guard self.bytes.count - self.position >= length, second.contains(self.bytes[self.position + 1]) else {
            throw self.syntaxError
        }
        for index in 2..<max(2, length) where self.bytes[self.position + index] & 0xC0 != 0x80 {
            throw self.syntaxError
        }
        self.position += length
    }

    // MARK: Decoding

    /// The bytes that a validated content with escapes stands for.
    private func decoded(_ range: Range<Int>) throws(JSONError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            guard self.bytes[position] == UInt8(ascii: "\\") else {
                let run = self.bytes[position..<range.upperBound].prefix { $0 != UInt8(ascii: "\\") }
                result.append(contentsOf: run)
                position += run.count
                continue
            }
            let escape = self.bytes[position + 1]
            if escape == UInt8(ascii: "u") {
                let (scalar, length) = try self.scalar(at: position)
                result.append(contentsOf: scalar.utf8)
                position += length
            } else {
                result.append(Self.unescaped(escape))
                position += 2
            }
        }
        return result
    }

    /// The character of a `\u` escape, or of two that make a surrogate pair, and how many bytes they take.
    private func scalar(at position: Int) throws(JSONError) -> (scalar: Unicode.Scalar, length: Int) {
        guard let first = self.codeUnit(at: position + 2) else { throw JSONError(.syntax, at: position) }
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        guard first < 0xDC00, self.bytes.count - position >= 12, self.bytes[position + 6] == UInt8(ascii: "\\"),
            self.bytes[position + 7] == UInt8(ascii: "u"), let second = self.codeUnit(at: position + 8),
            0xDC00...0xDFFF ~= second,
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw JSONError(.loneSurrogate, at: position) }
        return (scalar, 12)
    }

    /// Four hexadecimal digits; nil when one is not.
    private func codeUnit(at position: Int) -> UInt16? {
        var value: UInt16 = 0
        for index in position..<position + 4 {
            switch self.bytes[index] {
            case let byte where UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte: value = value << 4 | UInt16(byte & 0x0F)
            case let byte where UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20:
                value = value << 4 | (UInt16(byte & 0x0F) + 9)
            default: return nil
            }
        }
        return value
    }

    private static func unescaped(_ escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: escape
        }
    }
}
