/// A value in the JSON text of a token, together with the bytes that stand for it.
///
/// Claims such as `info` go to clients exactly as the issuer wrote them: an `info` of `{"n":1.0}` must not become
/// `{"n":1}`. So the text is parsed strictly, once, into a tree whose nodes keep their bytes, and numbers and strings
/// are converted only where a claim is read. Tokens are at most 16 KiB, so the tree is small.
struct TokenJSON: Sendable {
    /// The bytes of the value, without the white space around.
    let source: ArraySlice<UInt8>
    let content: Content

    /// What is below the value.
    enum Content: Sendable {
        case scalar
        case array([TokenJSON])
        /// Names are still as written, in quotes.
        case object([(name: TokenJSON, value: TokenJSON)])
    }

    /// Parses a whole text (RFC 8259). Nil for anything that is not JSON in UTF-8, or nests deeper than 64 levels.
    init?(parsing text: [UInt8]) {
        guard String(validating: text, as: UTF8.self) != nil else { return nil }
        var parser = TokenJSONParser(text)
        guard let value = parser.text() else { return nil }
        self = value
    }

    init(source: ArraySlice<UInt8>, content: Content = .scalar) {
        self.source = source
        self.content = content
    }

    /// The bytes of the value as a text of their own.
    var raw: [UInt8] { Array(self.source) }

    var isNull: Bool { self.source.first == UInt8(ascii: "n") }

    /// `true` or `false`; nil for other types.
    var bool: Bool? {
        switch self.source.first {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// A number, rounded to what a double can hold; nil for other types and when it is too large for a double.
    var number: Double? {
        guard let first = self.source.first, first == UInt8(ascii: "-") || self.isDigit(first) else { return nil }
        guard let value = Double(String(decoding: self.source, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// The elements of an array; nil for other types.
    var elements: [TokenJSON]? {
        guard case .array(let elements) = self.content else { return nil }
        return elements
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
