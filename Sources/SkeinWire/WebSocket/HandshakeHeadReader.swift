/// A cursor over the bytes of a request head. Every function moves it only when it finds what it looks for.
struct HandshakeHeadReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Skips exactly `text`.
    mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard self.bytes.count - self.offset >= count else { return false }
        for index in 0..<count where self.bytes[self.offset + index] != text.utf8Start[index] { return false }
        self.offset += count
        return true
    }

    mutating func skipLineEnd() -> Bool { self.skip("\r\n") }

    /// What stands in front of the next `end`, if `isAllowed` says so of every byte.
    mutating func text(until end: UInt8, where isAllowed: (UInt8) -> Bool) -> String? {
        var index = self.offset
        while index < self.bytes.count, self.bytes[index] != end {
            guard isAllowed(self.bytes[index]) else { return nil }
            index += 1
        }
        guard index < self.bytes.count else { return nil }
        defer { self.offset = index }
        return self.string(self.offset..<index)
    }

    /// One header line, with its end (RFC 9112 section 5): a token, a colon, blanks, and a value without blanks at its end, which
    /// some parsers take for a part of it.
    mutating func header() -> (name: String, value: String)? {
        guard let name = self.text(until: UInt8(ascii: ":"), where: HeaderText.isTokenByte), !name.isEmpty else {
            return nil
        }
        var start = self.offset + 1
        var end = start
        while end < self.bytes.count, Self.isValueByte(self.bytes[end]) { end += 1 }
        while start < end, HeaderText.isBlank(self.bytes[start]) { start += 1 }
        guard start == end || !HeaderText.isBlank(self.bytes[end - 1]) else { return nil }
        self.offset = end
        guard self.skipLineEnd() else { return nil }
        return (name: name, value: self.string(start..<end))
    }

    static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    private static func isValueByte(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) || byte == UInt8(ascii: "\t")
    }

    private func string(_ range: Range<Int>) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: self.bytes[range]), as: UTF8.self)
    }
}
