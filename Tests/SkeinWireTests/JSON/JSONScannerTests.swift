import NIOCore
import SkeinTestKit
import SkeinWire
import Testing

@Suite struct JSONScannerTests {
    @Test(arguments: JSONCorpus.valid)
    func `text that RFC 8259 allows is accepted`(text: [UInt8]) {
        #expect(JSONScanner.isValid(text), "\(String(decoding: text, as: UTF8.self))")
    }

    @Test(arguments: JSONCorpus.invalid)
    func `text that RFC 8259 forbids is refused`(text: [UInt8]) {
        #expect(!JSONScanner.isValid(text), "\(text)")
    }

    @Test(arguments: JSONCorpus.valid)
    func `every valid text is valid inside an array and an object`(text: [UInt8]) {
        #expect(JSONScanner.isValid([0x5B] + text + [0x2C] + text + [0x5D]))
        #expect(JSONScanner.isValid(Array("{\"k\":".utf8) + text + [0x7D]))
    }

    @Test(arguments: JSONCorpus.invalid)
    func `an invalid text stays invalid inside an array`(text: [UInt8]) {
        // Blank texts and lists of values are the rows that brackets turn into an array.
        let mended: Set<[UInt8]> = [[], [0x20], [0x0A], Array("1,2".utf8)]
        guard !mended.contains(text) else { return }
        #expect(!JSONScanner.isValid([0x5B] + text + [0x5D]), "\(text)")
    }

    @Test func `nesting ends at 128 levels and not in the stack`() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = open == "[" ? "" : "1"
            #expect(JSONScanner.isValid(Self.nested(open, inner, close, 128)))
            #expect(!JSONScanner.isValid(Self.nested(open, inner, close, 129)))
            #expect(!JSONScanner.isValid(Self.nested(open, inner, close, 1_000_000)))
        }
        let bomb = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONError(.tooDeep, at: 128)) {
            try JSONScanner.scan(bomb) { (scanner) throws(JSONError) in try scanner.skipValue() }
        }
    }

    @Test func `payload limits above 128 count as 128`() {
        #expect(JSONLimits(payloadDepth: 1000).payloadDepth == 128)
        #expect(!JSONScanner.isValid(Array("[[]]".utf8), limits: JSONLimits(payloadDepth: 1)))
    }

    @Test func `the depth of what is entered has a limit of its own`() {
        let limits = JSONLimits(envelopeDepth: 2)
        func enter(_ text: String) throws(JSONError) {
            try JSONScanner.scan(Array(text.utf8), limits: limits) { (scanner) throws(JSONError) in
                try Self.enterAll(&scanner)
            }
        }
        #expect(throws: Never.self) { try enter("[[],[]]") }
        #expect(throws: JSONError(.tooDeep, at: 2)) { try enter("[[[]]]") }
    }

    @Test func `brackets of different kinds do not match at any depth`() {
        for depth in [1, 63, 64, 65, 127] {
            let text = Self.nested("[", "{\"a\":[1}", "]", depth)
            #expect(!JSONScanner.isValid(text))
        }
    }

    @Test func `a raw value is the bytes between its first and last token`() throws {
        let text = Array("{\"data\" : {\"a\" : [1,\n 2]}  , \"x\":1}".utf8)
        let raw = try Self.read(text, "data") { (scanner) throws(JSONError) in try scanner.rawValue() }
        #expect(String(decoding: raw ?? [], as: UTF8.self) == "{\"a\" : [1,\n 2]}")
    }

    @Test func `random bytes and damaged texts never trap`() {
        var random = SeededGenerator(seed: 33)
        let alphabet = Array("{}[]\",:\\u0189.eE+-truefalsnd \n\u{1}é".utf8)
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            _ = JSONScanner.isValid(text)
            _ = try? JSONScanner.scan(text) { (scanner) throws(JSONError) in try Self.enterAll(&scanner) }
            _ = try? JSONScanner.scan(text) { (scanner) throws(JSONError) in try scanner.stringMap() }
        }
    }

    @Test func `every proper prefix of an object is refused`() {
        let text = Array("{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\ud83d\\ude00é\"],\"b\":{\"c\":false}}".utf8)
        #expect(JSONScanner.isValid(text))
        for count in 0..<text.count { #expect(!JSONScanner.isValid(Array(text[..<count]))) }
    }

    @Test func `a buffer is scanned from its reader index`() throws {
        var buffer = ByteBuffer(string: "xx[\"a\",\"b\"]")
        buffer.moveReaderIndex(forwardBy: 2)
        let strings = try JSONScanner.scan(buffer) { (scanner) throws(JSONError) in try scanner.stringArray() }
        #expect(strings == ["a", "b"])
    }

    @Test func `what follows the value must be white space`() {
        for text in ["1 x", "[] ]", "1\n2"] {
            #expect(throws: JSONError.self) {
                try JSONScanner.scan(Array(text.utf8)) { (scanner) throws(JSONError) in try scanner.skipValue() }
            }
        }
    }

    // MARK: Helpers

    private static func nested(_ open: String, _ inner: String, _ close: String, _ depth: Int) -> [UInt8] {
        Array((String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)).utf8)
    }

    private static func enterAll(_ scanner: inout JSONScanner) throws(JSONError) {
        var array = try scanner.enterArray()
        while try scanner.nextElement(in: &array) { try Self.enterAll(&scanner) }
    }

    private static func read<Value>(
        _ text: [UInt8],
        _ name: String,
        _ body: (inout JSONScanner) throws(JSONError) -> Value
    ) throws(JSONError) -> Value? {
        try JSONScanner.scan(text) { (scanner) throws(JSONError) in
            var value: Value?
            var object = try scanner.enterObject()
            while let key = try scanner.nextKey(in: &object) {
                if key == name { value = try body(&scanner) } else { try scanner.skipValue() }
            }
            return value
        }
    }
}
