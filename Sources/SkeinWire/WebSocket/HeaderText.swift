/// Header fields as bytes (RFC 9110 section 5.6): comparison without regard to ASCII case, lists, tokens. Every
/// function is linear in its input.
enum HeaderText {
    typealias Bytes = Substring.UTF8View

    /// Whether `text` is `lowercase`, apart from ASCII case.
    static func isEqual(_ text: String, _ lowercase: StaticString) -> Bool {
        guard text.utf8.count == lowercase.utf8CodeUnitCount else { return false }
        let isEqual = text.utf8.withContiguousStorageIfAvailable { bytes in
            lowercase.withUTF8Buffer { expected in
                bytes.indices.allSatisfy { Self.lowercased(bytes[$0]) == expected[$0] }
            }
        }
        return isEqual ?? Self.isEqual(text.utf8[...], lowercase)
    }

    static func isEqual(_ bytes: Bytes, _ lowercase: StaticString) -> Bool {
        bytes.count == lowercase.utf8CodeUnitCount
            && lowercase.withUTF8Buffer { expected in
                zip(bytes, expected).allSatisfy { Self.lowercased($0) == $1 }
            }
    }

    /// Whether the letters of `word`, which is lower case and not empty, stand anywhere in `text`.
    static func mentions(_ word: StaticString, in text: String) -> Bool {
        var rest = text.utf8[...]
        while rest.count >= word.utf8CodeUnitCount {
            if Self.isEqual(rest.prefix(word.utf8CodeUnitCount), word) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// Whether one element of these comma-separated lists is `token`, which is lower case.
    static func contains(_ token: StaticString, in lists: [Bytes]) -> Bool {
        lists.contains { list in
            Self.isEqual(list, token) || Self.elements(list).contains { Self.isEqual($0, token) }
        }
    }

    /// The elements of a comma-separated list, empty ones included.
    static func elements(_ list: Bytes) -> [Bytes] {
        list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { Self.trim($0) }
    }

    /// Without spaces and tabs at either end.
    static func trim(_ bytes: Bytes) -> Bytes {
        guard let first = bytes.firstIndex(where: { !Self.isBlank($0) }),
            let last = bytes.lastIndex(where: { !Self.isBlank($0) })
        else { return bytes.prefix(0) }
        return bytes[first...last]
    }

    /// Whether `bytes` is a token: one or more of the characters that names in HTTP are made of.
    static func isToken(_ bytes: Bytes) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(Self.isTokenByte)
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        Self.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || Self.tokenMarks.contains(byte)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        Self.isDigit(byte) || Self.isLowercaseLetter(Self.lowercased(byte))
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func isLowercaseLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static let tokenMarks = Array("!#$%&'*+.^_`|~".utf8)
}
