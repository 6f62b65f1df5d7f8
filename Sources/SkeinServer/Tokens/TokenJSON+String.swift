extension TokenJSON {
    /// The text of a string; nil for other types, and for half of a surrogate pair, which Swift cannot hold.
    var string: String? {
        guard self.source.first == UInt8(ascii: "\"") else { return nil }
        let content = self.source.dropFirst().dropLast()
        guard content.contains(UInt8(ascii: "\\")) else { return String(decoding: content, as: UTF8.self) }
        return Self.unescape(content)
    }

    /// Resolves the escapes of RFC 8259 section 7, whose form the parser has checked.
    private static func unescape(_ content: ArraySlice<UInt8>) -> String? {
        var units: [UInt8] = []
        var rest = content
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                units.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "t"): units.append(0x09)
            case UInt8(ascii: "u"):
                guard let scalar = self.takeScalar(from: &rest) else { return nil }
                units.append(contentsOf: String(Character(scalar)).utf8)
            case .some(let escaped): units.append(escaped)
            case nil: return nil
            }
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// The scalar of one `\uXXXX`, or of two that are a surrogate pair; stands behind the first `u`.
    private static func takeScalar(from rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let first = self.takeUnit(from: &rest) else { return nil }
        guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
        guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u") else { return nil }
        guard let second = self.takeUnit(from: &rest), UTF16.isTrailSurrogate(second) else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    }

    private static func takeUnit(from rest: inout ArraySlice<UInt8>) -> UInt16? {
        let digits = rest.prefix(4)
        rest = rest.dropFirst(4)
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
