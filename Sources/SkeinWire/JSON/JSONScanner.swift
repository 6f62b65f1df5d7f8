public import NIOCore

/// Reads JSON (RFC 8259, strictly) in one pass over bytes that stay where they are.
///
/// A pull scanner: the caller asks for the type it expects and gets the value or an error; nothing is built that
/// nobody asked for. Values that the server only passes on (`data`) are validated in full and returned as the bytes
/// that were sent. What Foundation's parser lets through fails here: trailing commas, a byte order mark, control
/// characters, invalid UTF-8, anything after the value. No input traps, and skipping is iterative: nesting ends in
/// ``JSONError/Kind/tooDeep``.
///
/// ```swift
/// let request = try JSONScanner.scan(body) { (scanner: inout JSONScanner) throws(JSONError) in
///     var request = PublishCall()
///     var object = try scanner.enterObject()
///     while let field = try scanner.nextField(of: Self.fields, in: &object) {
///         switch field {
///         case .channel: request.channel = try scanner.string()
///         case .data: request.data = try scanner.rawValue()
///         case .tags: request.tags = try scanner.stringMap()
///         case .skipHistory: request.skipsHistory = try scanner.bool()
///         }
///     }
///     return request
/// }
/// ```
///
/// It cannot be copied and lives as long as the closure that it is passed to, because it looks at borrowed memory.
public struct JSONScanner: ~Copyable {
    let bytes: ByteText
    let limits: JSONLimits
    /// Where the next byte is read.
    var position = 0
    /// How many containers the caller has entered.
    private var depth = 0

    /// Looks at bytes that must outlive the scanner.
    init(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
        self.bytes = ByteText(bytes)
        self.limits = limits
    }

    /// Scans a text that consists of one value: whatever `body` leaves must be white space.
    public static func scan<Value>(
        _ bytes: [UInt8],
        limits: JSONLimits = JSONLimits(),
        _ body: (inout JSONScanner) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            try Self.scanAll(UnsafeRawBufferPointer(buffer), limits, body)
        }
    }

    /// Scans the readable bytes of a buffer, which must be one value; see the form that takes an array.
    public static func scan<Value>(
        _ buffer: ByteBuffer,
        limits: JSONLimits = JSONLimits(),
        _ body: (inout JSONScanner) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        try buffer.withUnsafeReadableBytes { (bytes) -> Result<Value, JSONError> in
            do throws(JSONError) {
                return .success(try Self.scanAll(bytes, limits, body))
            } catch {
                return .failure(error)
            }
        }.get()
    }

    /// Whether the bytes are one JSON value. O(bytes), without allocation.
    public static func isValid(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) -> Bool {
        bytes.withUnsafeBytes { buffer in
            do {
                try Self.scanAll(buffer, limits) { (scanner) throws(JSONError) in try scanner.skipValue() }
                return true
            } catch {
                return false
            }
        }
    }

    private static func scanAll<Value>(
        _ bytes: UnsafeRawBufferPointer,
        _ limits: JSONLimits,
        _ body: (inout JSONScanner) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        var scanner = JSONScanner(bytes, limits: limits)
        let value = try body(&scanner)
        scanner.skipWhitespace()
        guard scanner.position == bytes.count else { throw scanner.syntaxError }
        return value
    }

    // MARK: Containers

    /// Goes into an object; ``nextField(of:in:)`` or ``nextKey(in:)`` until they answer nil lead out of it again.
    public mutating func enterObject() throws(JSONError) -> JSONContainer {
        try self.enter(UInt8(ascii: "{"))
    }

    /// Goes into an array; ``nextElement(in:)`` until it answers false leads out of it again.
    public mutating func enterArray() throws(JSONError) -> JSONContainer {
        try self.enter(UInt8(ascii: "["))
    }

    /// Goes to the next member that the table names, and stands at its value, which the caller must read.
    ///
    /// Members of other names are validated and skipped; so are members that are `null`, which means absent. A name
    /// of the table that comes twice is ``JSONError/Kind/duplicateKey``. Nil at the end of the object.
    public mutating func nextField<Field>(
        of fields: JSONFields<Field>,
        in object: inout JSONContainer
    ) throws(JSONError) -> Field? {
        while try self.beginMember(&object) {
            let start = self.position
            let name = try self.name()
            try self.colon()
            guard let name, let found = fields.find(name) else {
                try self.skipValue()
                continue
            }
            let bit: UInt64 = 1 << UInt64(found.index)
            guard object.seen & bit == 0 else { throw JSONError(.duplicateKey, at: start) }
            object.seen |= bit
            if try !self.skipNull() { return found.field }
        }
        return nil
    }

    /// Goes to the next member of an object whose names are data, and stands at its value, which the caller must
    /// read. Nil at the end of the object. Names that come twice are returned twice.
    public mutating func nextKey(in object: inout JSONContainer) throws(JSONError) -> String? {
        guard try self.beginMember(&object) else { return nil }
        let key = try self.string()
        try self.colon()
        return key
    }

    /// Goes to the next element of an array, which the caller must read; false at the end of the array.
    public mutating func nextElement(in array: inout JSONContainer) throws(JSONError) -> Bool {
        try self.step(&array, end: UInt8(ascii: "]"))
    }

    private mutating func enter(_ bracket: UInt8) throws(JSONError) -> JSONContainer {
        guard self.skipWhitespace() == bracket else { throw self.mismatch }
        guard self.depth < self.limits.envelopeDepth else { throw JSONError(.tooDeep, at: self.position) }
        self.position += 1
        self.depth += 1
        return JSONContainer()
    }

    private mutating func beginMember(_ object: inout JSONContainer) throws(JSONError) -> Bool {
        guard try self.step(&object, end: UInt8(ascii: "}")) else { return false }
        guard self.skipWhitespace() == UInt8(ascii: "\"") else { throw self.syntaxError }
        return true
    }

    /// Passes the comma before all members but the first, or the closing bracket. What follows a comma is read as a
    /// value, so a comma before the bracket fails there.
    private mutating func step(_ container: inout JSONContainer, end: UInt8) throws(JSONError) -> Bool {
        let byte = self.skipWhitespace()
        if byte == end {
            self.position += 1
            self.depth -= 1
            return false
        }
        if container.isAtStart {
            container.isAtStart = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw self.syntaxError }
            self.position += 1
        }
        return true
    }

    // MARK: Bytes

    /// Passes white space. The byte that follows, which stays unread, or 0 at the end; 0 itself is never valid there.
    @discardableResult
    @inline(__always)
    mutating func skipWhitespace() -> UInt8 {
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            switch byte {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            default: return byte
            }
        }
        return 0
    }

    mutating func colon() throws(JSONError) {
        guard self.skipWhitespace() == UInt8(ascii: ":") else { throw self.syntaxError }
        self.position += 1
    }

    var syntaxError: JSONError { JSONError(.syntax, at: self.position) }

    var mismatch: JSONError { JSONError(.typeMismatch, at: self.position) }
}
