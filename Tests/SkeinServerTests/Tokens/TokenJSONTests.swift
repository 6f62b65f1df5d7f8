import Testing

@testable import SkeinServer

@Suite struct TokenJSONTests {
    private func parse(_ text: String) -> TokenJSON? {
        TokenJSON(parsing: Array(text.utf8))
    }

    @Test(arguments: [
        "null", " true\n", "false", "0", "-0", "10", "1.5", "1e5", "1E-5", "-1.25e+10", #""""#,
        #""a\"\\\/\b\f\n\r\t\u00Ff""#,
        "[]", "[ ]", "[1, [2], {}]", "{}", "{ }", #"{"a":1,"b":{"c":[null]}}"#, #"{"a":1,"a":2}"#, "\t[\r\n]",
        #""\#u{7F}é😀""#,
    ])
    func `JSON is parsed`(_ text: String) throws {
        let json = try #require(self.parse(text))
        #expect(String(decoding: json.raw, as: UTF8.self) == text.trimming())
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "01", "-", "-01", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x1", "NaN",
        "Infinity", "1 2",
        "\"", "\"a", #""\x""#, #""\u12""#, #""\u12g4""#, #""\"#, "\"\n\"", "\"\u{1F}\"", "'a'", "[", "[1", "[1,]",
        "[,]", "[1 2]", "]",
        "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}",
        "}", "/**/1",
        "\u{FEFF}1", "1\0",
    ])
    func `what is not JSON is refused`(_ text: String) {
        #expect(self.parse(text) == nil)
    }

    @Test func `invalid UTF-8 is refused wherever it is`() {
        for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
            #expect(TokenJSON(parsing: [0x22] + bad + [0x22]) == nil)
            #expect(TokenJSON(parsing: bad) == nil)
        }
    }

    @Test func `nesting ends at 64 levels`() {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let inner = open == "[" ? "" : "1"
            for (depth, isParsed) in [(64, true), (65, false), (8000, false)] {
                let text = String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
                #expect((self.parse(text) != nil) == isParsed, "\(open) \(depth)")
            }
        }
    }

    @Test(arguments: [
        (#""a\u0062\ud83d\ude00\n\/""#, "ab😀\n/"), (#""\ud83d""#, nil), (#""\ude00""#, nil), (#""\ud83dx""#, nil),
        (#""\ud83d\n""#, nil), (#""\ud83d\ud83d""#, nil), (#""\udbff\udfff""#, "\u{10FFFF}"), ("1", nil), ("[]", nil),
    ])
    func `strings are unescaped`(_ text: String, _ expected: String?) throws {
        #expect(try #require(self.parse(text)).string == expected)
    }

    @Test func `an object that is read has every name once`() throws {
        #expect(TokenJSONObject(try #require(self.parse(#"{"a":1,"b":2}"#)))?["b"]?.number == 2)
        #expect(TokenJSONObject(try #require(self.parse(#"{"a":1,"\u0061":2}"#))) == nil)
        #expect(TokenJSONObject(try #require(self.parse(#"{"\ud800":1}"#))) == nil)
        #expect(TokenJSONObject(try #require(self.parse("[]"))) == nil)
        let similar = TokenJSONObject(try #require(self.parse(#"{"\u00e9":1,"e\u0301":2}"#)))
        #expect(similar?["e\u{301}"]?.number == 2)
    }

    /// Seeded damage to a token's payload: nothing traps, and what is parsed is parsed as a whole.
    @Test func `damaged texts never trap`() {
        var random = SplitMix64(state: 42)
        let text = Array(#"{"sub":"4\u00e92","exp":1.7e9,"info":{"a":[1,-2.5,true,null,{"b":"\\"}]},"x":""}"#.utf8)
        for _ in 0..<20_000 {
            var damaged = text
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let index = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: damaged[index] = UInt8.random(in: 0...255, using: &random)
                case 1: damaged.remove(at: index)
                default: damaged.insert(text[Int.random(in: 0..<text.count, using: &random)], at: index)
                }
            }
            guard let json = TokenJSON(parsing: damaged) else { continue }
            #expect(TokenJSON(parsing: json.raw)?.raw == json.raw)
            for member in TokenJSONObject(json)?.members ?? [] { _ = (member.value.string, member.value.number) }
        }
    }

    private struct SplitMix64: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = self.state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}

extension String {
    fileprivate func trimming() -> String {
        String(self.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
