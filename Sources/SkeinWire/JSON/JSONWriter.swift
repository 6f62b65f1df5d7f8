public import NIOCore

/// Appends JSON to a buffer, without building anything first.
///
/// Commas are its business, brackets and the pairing of names and values the caller's. Output has no white space and
/// is one line: nothing that it writes contains a newline byte, so texts can be separated by one.
///
/// It writes straight into the free room of the buffer and tells the buffer once, at the end: a text has dozens of
/// pieces, and each `ByteBuffer` operation costs more than the piece.
///
/// ```swift
/// JSONWriter.append(to: &buffer) { json in
///     json.beginObject()
///     json.key("id")
///     json.integer(7)
///     json.key("publish")
///     json.emptyObject()
///     json.endObject()
/// }
/// ```
public struct JSONWriter: ~Copyable {
    private var room: JSONWriterRoom
    private var needsComma = false

    /// Runs `body` with a writer that appends to the buffer.
    ///
    /// - Parameter expected: How many bytes there will be, roughly; a text that has more is copied once more.
    public static func append(
        to buffer: inout ByteBuffer,
        expecting expected: Int = 256,
        _ body: (inout JSONWriter) -> Void
    ) {
        var overflow: [UInt8] = []
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: expected) { target in
            var writer = JSONWriter(JSONWriterRoom(target))
            body(&writer)
            if writer.room.isOwned {
                overflow = Array(writer.room.written)
                return 0
            }
            return writer.room.count
        }
        if !overflow.isEmpty { buffer.writeBytes(overflow) }
    }

    private init(_ room: consuming JSONWriterRoom) {
        self.room = room
    }

    // MARK: Structure

    /// `{`
    public mutating func beginObject() { self.begin("{") }

    /// `}`
    public mutating func endObject() { self.end("}") }

    /// `[`
    public mutating func beginArray() { self.begin("[") }

    /// `]`
    public mutating func endArray() { self.end("]") }

    /// `{}`
    public mutating func emptyObject() { self.fragment("{}") }

    /// A member's name that needs no escaping. The next call writes its value.
    public mutating func key(_ name: StaticString) {
        let count = name.utf8CodeUnitCount
        let comma = self.needsComma ? 1 : 0
        self.needsComma = false
        let target = self.room.claim(count + comma + 3).assumingMemoryBound(to: UInt8.self)
        target[0] = UInt8(ascii: ",")
        target[comma] = UInt8(ascii: "\"")
        (target + comma + 1).update(from: name.utf8Start, count: count)
        target[count + comma + 1] = UInt8(ascii: "\"")
        target[count + comma + 2] = UInt8(ascii: ":")
    }

    /// A member's name that is data. The next call writes its value.
    public mutating func key(_ name: String) {
        self.string(name)
        self.room.reserve(1)
        self.room.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    // MARK: Values

    /// A number.
    public mutating func integer(_ value: some FixedWidthInteger) {
        self.integer(magnitude: UInt64(truncatingIfNeeded: value.magnitude), isNegative: value < 0)
    }

    private mutating func integer(magnitude: UInt64, isNegative: Bool) {
        self.room.reserve(1 + Self.maximumIntegerLength)
        self.comma()
        if isNegative { self.room.append(UInt8(ascii: "-")) }
        self.room.appendDecimal(magnitude)
    }

    /// `true` or `false`
    public mutating func bool(_ value: Bool) { self.fragment(value ? "true" : "false") }

    /// `null`
    public mutating func null() { self.fragment("null") }

    /// JSON that is written as it is: one complete value, without newline bytes.
    public mutating func fragment(_ json: StaticString) {
        self.room.reserve(json.utf8CodeUnitCount + 1)
        self.comma()
        self.room.append(UnsafeRawBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
    }

    /// A value that is JSON already and was validated when it came in. `null` for no bytes at all.
    ///
    /// Newlines and carriage returns, which JSON allows between tokens, become spaces. O(bytes).
    public mutating func raw(_ json: [UInt8]) {
        guard !json.isEmpty else { return self.null() }
        self.room.reserve(1)
        self.comma()
        json.withUnsafeBytes { self.room.appendFlattened($0) }
    }

    /// A string.
    public mutating func string(_ text: String) {
        let written: Void? = text.utf8.withContiguousStorageIfAvailable {
            self.escape(ByteText(UnsafeRawBufferPointer($0)))
        }
        if written == nil { self.string(utf8: Array(text.utf8)) }
    }

    /// A string made of UTF-8, which the caller vouches for.
    public mutating func string(utf8 text: [UInt8]) {
        text.withUnsafeBytes { self.escape(ByteText($0)) }
    }

    // MARK: Pieces

    /// Text that is neither a value nor a name: several pieces that always come together. The caller says whether
    /// a comma is due before what comes next, and writes the one that may be due before this.
    mutating func verbatim(_ text: StaticString, needsComma: Bool) {
        let count = text.utf8CodeUnitCount
        self.room.claim(count).copyMemory(from: text.utf8Start, byteCount: count)
        self.needsComma = needsComma
    }

    /// `-` and the twenty digits of 2⁶⁴.
    private static var maximumIntegerLength: Int { 21 }

    /// The longest escape is `\u001f`.
    private static var maximumEscapeLength: Int { 6 }

    private mutating func begin(_ bracket: Unicode.Scalar) {
        self.room.reserve(2)
        self.comma()
        self.room.append(UInt8(ascii: bracket))
        self.needsComma = false
    }

    private mutating func end(_ bracket: Unicode.Scalar) {
        self.room.reserve(1)
        self.room.append(UInt8(ascii: bracket))
        self.needsComma = true
    }

    /// The comma that is due before a value; room for it has been reserved.
    @inline(__always)
    private mutating func comma() {
        if self.needsComma { self.room.append(UInt8(ascii: ",")) }
        self.needsComma = true
    }

    private mutating func escape(_ text: ByteText) {
        self.room.reserve(text.count + 3)
        self.comma()
        self.room.append(UInt8(ascii: "\""))
        var start = 0
        while start < text.count {
            let end = Self.endOfPlain(text, from: start)
            if end > start { self.room.append(text[start..<end]) }
            if end < text.count {
                self.room.reserve(text.count - end + Self.maximumEscapeLength)
                self.escape(text[end])
            }
            start = end + 1
        }
        self.room.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        self.room.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): self.room.append(byte)
        case 0x0A: self.room.append(UInt8(ascii: "n"))
        case 0x0D: self.room.append(UInt8(ascii: "r"))
        case 0x09: self.room.append(UInt8(ascii: "t"))
        default:
            self.room.append(UInt8(ascii: "u"))
            self.room.append(UInt8(ascii: "0"))
            self.room.append(UInt8(ascii: "0"))
            self.room.append(Self.hexadecimalDigit(byte >> 4))
            self.room.append(Self.hexadecimalDigit(byte & 0x0F))
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The first byte from `start` on that must be escaped, or the end.
    private static func endOfPlain(_ text: ByteText, from start: Int) -> Int {
        var index = start
        while text.count - index >= 8 {
            let marks = text.word(at: index).specialMarks
            guard marks != 0 else {
                index += 8
                continue
            }
            index += ByteWord.firstIndex(marks)
            if text[index] < 0x80 { return index }
            // Not ASCII, which is fine here: the marks answer a stricter question.
            index += 1
        }
        while index < text.count, text[index] >= 0x20, text[index] != UInt8(ascii: "\""),
            text[index] != UInt8(ascii: "\\")
        {
            index += 1
        }
        return index
    }
}
