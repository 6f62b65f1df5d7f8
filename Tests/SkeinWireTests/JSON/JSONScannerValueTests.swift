import SkeinWire
import Testing

@Suite struct JSONScannerValueTests {
    private static func scan<Value>(
        _ text: String,
        _ body: (inout JSONScanner) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        try JSONScanner.scan(Array(text.utf8), body)
    }

    private static func kind<Value>(
        _ text: String,
        _ body: (inout JSONScanner) throws(JSONError) -> Value
    ) -> JSONError.Kind? {
        do {
            _ = try Self.scan(text, body)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func `integers are exact to the last one that fits`() throws {
        func unsigned(_ text: String) -> UInt64? { try? Self.scan(text) { (s) throws(JSONError) in try s.uint64() } }
        func short(_ text: String) -> UInt32? { try? Self.scan(text) { (s) throws(JSONError) in try s.uint32() } }
        func signed(_ text: String) -> Int64? { try? Self.scan(text) { (s) throws(JSONError) in try s.int64() } }
        func small(_ text: String) -> Int32? { try? Self.scan(text) { (s) throws(JSONError) in try s.int32() } }
        #expect(unsigned("18446744073709551615") == UInt64.max)
        #expect(unsigned("18446744073709551616") == nil)
        #expect(unsigned("99999999999999999999999999") == nil)
        #expect(unsigned(" 9007199254740993 ") == 9_007_199_254_740_993)
        #expect(short("4294967295") == UInt32.max)
        #expect(short("4294967296") == nil)
        #expect(signed("-9223372036854775808") == Int64.min)
        #expect(signed("-9223372036854775809") == nil)
        #expect(signed("9223372036854775807") == Int64.max)
        #expect(signed("9223372036854775808") == nil)
        #expect(signed("-0") == 0)
        #expect(small("-2147483648") == Int32.min)
        #expect(small("-2147483649") == nil)
        #expect(small("2147483648") == nil)
    }

    @Test(arguments: [
        "1.0", "1e2", "1E2", "-1", "-0", "\"1\"", "true", "null", "[1]", "01", "00", "", "-", "0x1", "1 2", "+1",
    ])
    func `an unsigned integer has no sign, fraction, exponent or leading zero`(text: String) {
        #expect(Self.kind(text) { (scanner) throws(JSONError) in try scanner.uint64() } != nil)
    }

    @Test(arguments: ["-1.0", "-1e2", "--1", "-", "- 1", "-01"])
    func `a signed integer has no fraction, exponent or leading zero`(text: String) {
        #expect(Self.kind(text) { (scanner) throws(JSONError) in try scanner.int64() } != nil)
    }

    @Test(arguments: [
        ("\"\"", ""), ("\"abc\"", "abc"), ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{C}\n\r\t"),
        ("\"\\u0041\\u00e9\\u20AC\"", "A\u{E9}€"), ("\"\\ud83d\\ude00!\"", "😀!"), ("\"\\uDBFF\\uDFFF\"", "\u{10FFFF}"),
        ("\"x\\u0000y\"", "x\u{0}y"), ("\"é\\n日本😀\"", "é\n日本😀"), ("\"01234567890123456789\"", "01234567890123456789"),
    ])
    func `strings are decoded`(text: String, expected: String) throws {
        let string = try Self.scan(text) { (scanner) throws(JSONError) in try scanner.string() }
        #expect(Array(string.utf8) == Array(expected.utf8))
        let bytes = try Self.scan(text) { (scanner) throws(JSONError) in try scanner.stringBytes() }
        #expect(bytes == Array(expected.utf8))
    }

    @Test(arguments: [
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"",
        "\"\\udc00\\ud800\"", "\"\\ud83d\\\\ude00\"",
    ])
    func `half of a surrogate pair cannot become a string but passes as a payload`(text: String) {
        #expect(Self.kind(text) { (scanner) throws(JSONError) in try scanner.string() } == .loneSurrogate)
        #expect(Self.kind(text) { (scanner) throws(JSONError) in try scanner.rawValue() } == nil)
    }

    @Test func `booleans and null are words`() throws {
        #expect(try Self.scan("true") { (scanner) throws(JSONError) in try scanner.bool() })
        #expect(try !Self.scan(" false ") { (scanner) throws(JSONError) in try scanner.bool() })
        #expect(try Self.scan("null") { (scanner) throws(JSONError) in try scanner.skipNull() })
        #expect(Self.kind("1") { (scanner) throws(JSONError) in try scanner.bool() } == .typeMismatch)
        #expect(Self.kind("tru") { (scanner) throws(JSONError) in try scanner.bool() } == .syntax)
        #expect(Self.kind("nul") { (scanner) throws(JSONError) in try scanner.skipNull() } == .syntax)
    }

    @Test func `a map of strings keeps its order and has each name once`() throws {
        let map = try Self.scan("{\"b\":\"1\",\"a\":\"2\"}") { (scanner) throws(JSONError) in try scanner.stringMap() }
        #expect(map.map(\.key) == ["b", "a"])
        #expect(map.map(\.value) == ["1", "2"])
        let twice = Self.kind("{\"a\":\"1\",\"\\u0061\":\"2\"}") { (scanner) throws(JSONError) in
            try scanner.stringMap()
        }
        #expect(twice == .duplicateKey)
    }

    @Test func `names that differ only in normalization are two names`() throws {
        let text = "{\"\u{E9}\":\"1\",\"e\u{301}\":\"2\"}"
        let map = try Self.scan(text) { (scanner) throws(JSONError) in try scanner.stringMap() }
        #expect(map.count == 2)
    }

    @Test(arguments: ["[\"a\",]", "[,\"a\"]", "[\"a\" \"b\"]", "[\"a\"", "[\"a\",1]", "{\"a\"}", "[", "\"a\""])
    func `an array of strings is strict`(text: String) {
        #expect(Self.kind(text) { (scanner) throws(JSONError) in try scanner.stringArray() } != nil)
    }

    // MARK: Fields

    enum Field: String, CaseIterable {
        case one
        case two
        case exactlyTwentyFourBytes24 = "exactly_twenty_four_b_24"
    }

    static let fields = JSONFields<Field>()

    private static func read(_ text: String) throws(JSONError) -> [Field: UInt64] {
        try Self.scan(text) { (scanner) throws(JSONError) in
            var values: [Field: UInt64] = [:]
            var object = try scanner.enterObject()
            while let field = try scanner.nextField(of: Self.fields, in: &object) {
                values[field] = try scanner.uint64()
            }
            return values
        }
    }

    @Test func `fields are found by their bytes, escapes decoded`() throws {
        #expect(try Self.read("{}") == [:])
        #expect(try Self.read("{\"two\":2,\"one\":1}") == [.one: 1, .two: 2])
        #expect(try Self.read("{\"\\u006fne\":1}") == [.one: 1])
        #expect(
            try Self.read("{\"exactly_twenty_four_b_24\":24,\"exactly_twenty_four_b_245\":25}") == [
                .exactlyTwentyFourBytes24: 24
            ]
        )
        #expect(try Self.read("{\"One\":[],\"on\":{},\"one\\u0000\":\"x\",\"\":true}") == [:])
    }

    @Test func `null is absent`() throws {
        #expect(try Self.read("{\"one\":null,\"two\":2}") == [.two: 2])
    }

    @Test(arguments: ["{\"one\":1,\"one\":1}", "{\"one\":1,\"\\u006fne\":2}", "{\"one\":null,\"one\":1}"])
    func `a field that comes twice is an error`(text: String) {
        #expect(throws: JSONError.self) { try Self.read(text) }
    }

    @Test(arguments: [
        "{\"x\":01}", "{\"x\":[1,]}", "{\"x\":\"\u{1}\"}", "{\"x\"}", "{\"x\":1,}", "{,\"one\":1}",
        "{\"one\":1 \"two\":2}",
    ])
    func `members that nobody reads are validated`(text: String) {
        #expect(throws: JSONError.self) { try Self.read(text) }
    }
}
