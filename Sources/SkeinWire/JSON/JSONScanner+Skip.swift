/// Values that nobody looks into: validated to the last byte, not built.
extension JSONScanner {
    /// A whole value as the bytes that stand for it, without the white space around.
    public mutating func rawValue() throws(JSONError) -> [UInt8] {
        Array(self.bytes[try self.rawRange()])
    }

    /// The range of bytes that a whole value takes, counted from the beginning of the scanned text.
    public mutating func rawRange() throws(JSONError) -> Range<Int> {
        self.skipWhitespace()
        let start = self.position
        try self.skipValue()
        return start..<self.position
    }

    /// Passes a whole value.
    ///
    /// Iterative, with one bit per level that tells objects from arrays, so that the depth of the text is bounded by
    /// ``JSONLimits/payloadDepth`` and not by the stack. O(bytes).
    public mutating func skipValue() throws(JSONError) {
        var isObject: UInt128 = 0
        var depth = 0
        while true {
            let byte = self.skipWhitespace()
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard depth < self.limits.payloadDepth else { throw JSONError(.tooDeep, at: self.position) }
                self.position += 1
                depth += 1
                isObject = isObject << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
                // The closing bracket is two above the opening one in ASCII, for both pairs.
                if self.skipWhitespace() != byte + 2 {
                    if isObject & 1 == 1 { try self.skipName() }
                    continue
                }
                self.position += 1
                depth -= 1
                isObject >>= 1
            } else {
                try self.skipScalar(byte)
            }
            if try self.leaveFinished(&depth, &isObject) { return }
        }
    }

    /// After a value: passes the brackets that close here, then the comma. True when the outermost value is complete.
    @inline(__always)
    private mutating func leaveFinished(_ depth: inout Int, _ isObject: inout UInt128) throws(JSONError) -> Bool {
        while depth > 0 {
            let byte = self.skipWhitespace()
            if byte == UInt8(ascii: ",") {
                self.position += 1
                if isObject & 1 == 1 { try self.skipName() }
                return false
            }
            guard byte == (isObject & 1 == 1 ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { throw self.syntaxError }
            self.position += 1
            depth -= 1
            isObject >>= 1
        }
        return true
    }

    private mutating func skipName() throws(JSONError) {
        guard self.skipWhitespace() == UInt8(ascii: "\"") else { throw self.syntaxError }
        _ = try self.stringContent()
        try self.colon()
    }

    @inline(__always)
    private mutating func skipScalar(_ byte: UInt8) throws(JSONError) {
        switch byte {
        case UInt8(ascii: "\""): _ = try self.stringContent()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try self.skipNumber()
        case UInt8(ascii: "t"): try self.literal("true")
        case UInt8(ascii: "f"): try self.literal("false")
        case UInt8(ascii: "n"): try self.literal("null")
        default: throw self.syntaxError
        }
    }

    /// A number of any size and precision (RFC 8259 section 6).
    private mutating func skipNumber() throws(JSONError) {
        if self.bytes[self.position] == UInt8(ascii: "-") { self.position += 1 }
        if self.current == UInt8(ascii: "0") {
            self.position += 1
        } else {
            try self.skipDigits()
        }
        if self.current == UInt8(ascii: ".") {
            self.position += 1
            try self.skipDigits()
        }
        if self.current | 0x20 == UInt8(ascii: "e") {
            self.position += 1
            if self.current == UInt8(ascii: "+") || self.current == UInt8(ascii: "-") { self.position += 1 }
            try self.skipDigits()
        }
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = self.position
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= self.current { self.position += 1 }
        guard self.position > start else { throw self.syntaxError }
    }

    /// The byte at the position, 0 at the end.
    private var current: UInt8 {
        self.position < self.bytes.count ? self.bytes[self.position] : 0
    }
}
