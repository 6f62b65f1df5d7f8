import NIOCore
import SkeinTestKit
import SkeinWire
import Testing

@Suite struct JSONWriterTests {
    private static func write(_ body: (inout JSONWriter) -> Void) -> String {
        var buffer = ByteBuffer()
        JSONWriter.append(to: &buffer, body)
        return String(buffer: buffer)
    }

    @Test func `commas stand between members and elements and nowhere else`() {
        let text = Self.write { json in
            json.beginObject()
            json.key("a")
            json.beginArray()
            json.integer(1)
            json.string("x")
            json.emptyObject()
            json.beginArray()
            json.endArray()
            json.null()
            json.endArray()
            json.key("b c")
            json.bool(false)
            json.key("d")
            json.beginObject()
            json.key("é\"" as String)
            json.bool(true)
            json.endObject()
            json.key("e")
            json.raw([])
            json.endObject()
        }
        #expect(text == #"{"a":[1,"x",{},[],null],"b c":false,"d":{"é\"":true},"e":null}"#)
    }

    @Test func `writing goes on behind what the buffer holds`() {
        var buffer = ByteBuffer(string: "x")
        JSONWriter.append(to: &buffer) { $0.integer(5) }
        #expect(String(buffer: buffer) == "x5")
    }

    @Test(arguments: [
        (Int64.min, "-9223372036854775808"), (-1, "-1"), (0, "0"), (9, "9"), (10, "10"),
        (Int64.max, "9223372036854775807"),
    ])
    func `integers are decimal`(value: Int64, text: String) {
        #expect(Self.write { $0.integer(value) } == text)
    }

    @Test func `the greatest integer has twenty digits`() {
        #expect(Self.write { $0.integer(UInt64.max) } == "18446744073709551615")
        #expect(Self.write { $0.integer(Int8.min) } == "-128")
    }

    @Test(arguments: [
        ("", #""""#), ("abc", #""abc""#), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{8}\u{1F}", #""\u0000\u0008\u001f""#),
        ("\u{7F}é日😀\u{2028}", "\"\u{7F}é日😀\u{2028}\""), ("01234567\"01234567", #""01234567\"01234567""#),
        ("éééééééé\n", #""éééééééé\n""#),
    ])
    func `strings are escaped where RFC 8259 section 7 asks for it`(text: String, expected: String) {
        #expect(Self.write { $0.string(text) } == expected)
        #expect(Self.write { $0.string(utf8: Array(text.utf8)) } == expected)
    }

    @Test func `every string comes back as it was`() throws {
        var random = SeededGenerator(seed: 8259)
        let scalars = Array("ab\"\\\n\u{0}\u{1F}\u{7F}é日😀 0123456789".unicodeScalars)
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                text.unicodeScalars.append(scalars.randomElement(using: &random) ?? "x")
            }
            var buffer = ByteBuffer()
            JSONWriter.append(to: &buffer) { $0.string(text) }
            let back = try JSONScanner.scan(buffer) { (scanner) throws(JSONError) in try scanner.string() }
            #expect(Array(back.utf8) == Array(text.utf8))
        }
    }

    @Test func `a payload stays as it is but for line breaks`() {
        #expect(Self.write { $0.raw(Array("{\"a\" :\t1}".utf8)) } == "{\"a\" :\t1}")
        #expect(
            Self.write { $0.raw(Array("{\n\"a\\n\"\r\n:\n\t1, \"bcdefgh\":\n2\n}".utf8)) }
                == "{ \"a\\n\"  : \t1, \"bcdefgh\": 2 }"
        )
        for count in 0..<40 {
            let payload = [UInt8](repeating: UInt8(ascii: "\n"), count: count) + [UInt8(ascii: "1")]
            #expect(Self.write { $0.raw(payload) } == String(repeating: " ", count: count) + "1")
        }
    }
}
