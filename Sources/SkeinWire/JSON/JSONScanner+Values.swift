/// Numbers, booleans and the collections of strings.
extension JSONScanner {
    /// A number without sign, fraction or exponent.
    public mutating func uint64() throws(JSONError) -> UInt64 {
        self.skipWhitespace()
        return try self.magnitude()
    }

    /// A number without sign, fraction or exponent, below 2³².
    public mutating func uint32() throws(JSONError) -> UInt32 {
        let value = try self.uint64()
        guard let value = UInt32(exactly: value) else { throw self.mismatch }
        return value
    }

    /// A number without fraction or exponent.
    public mutating func int64() throws(JSONError) -> Int64 {
        let isNegative = self.skipWhitespace() == UInt8(ascii: "-")
        if isNegative { self.position += 1 }
        let magnitude = try self.magnitude()
        if isNegative {
            guard magnitude <= UInt64(bitPattern: Int64.min) else { throw self.mismatch }
            return 0 &- Int64(truncatingIfNeeded: magnitude)
        }
        guard let value = Int64(exactly: magnitude) else { throw self.mismatch }
        return value
    }

    /// A number without fraction or exponent in 32 bits.
    public mutating func int32() throws(JSONError) -> Int32 {
        let value = try self.int64()
        guard let value = Int32(exactly: value) else { throw self.mismatch }
        return value
    }

    /// `true` or `false`.
    public mutating func bool() throws(JSONError) -> Bool {
        switch self.skipWhitespace() {
        case UInt8(ascii: "t"):
            try self.literal("true")
            return true
        case UInt8(ascii: "f"):
            try self.literal("false")
            return false
        default:
            throw self.mismatch
        }
    }

    /// Passes a `null`; false, without moving, when something else is there.
    public mutating func skipNull() throws(JSONError) -> Bool {
        guard self.skipWhitespace() == UInt8(ascii: "n") else { return false }
        try self.literal("null")
        return true
    }

    /// An array of strings.
    public mutating func stringArray() throws(JSONError) -> [String] {
        var strings: [String] = []
        var array = try self.enterArray()
        while try self.nextElement(in: &array) { strings.append(try self.string()) }
        return strings
    }

    /// An object whose values are strings, in the order of the text. A name that comes twice, compared as bytes, is
    /// ``JSONError/Kind/duplicateKey``.
    public mutating func stringMap() throws(JSONError) -> [(key: String, value: String)] {
        var members: [(key: String, value: String)] = []
        var seen: Set<[UInt8]> = []
        var object = try self.enterObject()
        while let key = try self.nextKey(in: &object) {
            guard seen.insert(Array(key.utf8)).inserted else { throw JSONError(.duplicateKey, at: self.position) }
            members.append((key, try self.string()))
        }
        return members
    }

    /// Passes exactly this word.
    mutating func literal(_ word: StaticString) throws(JSONError) {
        let count = word.utf8CodeUnitCount
        guard self.bytes.count - self.position >= count else { throw self.syntaxError }
        for index in 0..<count where self.bytes[self.position + index] != word.utf8Start[index] {
            throw self.syntaxError
        }
        self.position += count
    }

    /// Digits that make an integer, and nothing of a longer number behind them.
    private mutating func magnitude() throws(JSONError) -> UInt64 {
        let start = self.position
        var value: UInt64 = 0
        var overflow = false
        while self.position < self.bytes.count {
            let digit = UInt64(self.bytes[self.position] &- UInt8(ascii: "0"))
            guard digit <= 9 else { break }
            let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = shifted.addingReportingOverflow(digit)
            value = sum
            overflow = overflow || overflowed || carried
            self.position += 1
        }
        let count = self.position - start
        guard count > 0, !overflow else { throw self.mismatch }
        guard count == 1 || self.bytes[start] != UInt8(ascii: "0") else { throw self.syntaxError }
        if self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): throw self.mismatch
            default: break
            }
        }
        return value
    }
}
