import Testing

@testable import SkeinCluster

@Suite
struct ByteTextTests {
    @Test(arguments: 0...40)
    func `texts of any length are equal if and only if every byte is`(_ length: Int) {
        let text = String(repeating: "a", count: length)
        #expect(ByteText(text) == ByteText(String(repeating: "a", count: length)))
        #expect(ByteText(text) != ByteText(text + "a"))
        for place in 0..<length {
            var bytes = Array(text.utf8)
            bytes[place] = UInt8(ascii: "b")
            #expect(ByteText(text) != ByteText(String(decoding: bytes, as: UTF8.self)))
        }
    }

    @Test
    func `canonically equivalent texts are two`() {
        #expect("\u{E9}" == "e\u{301}")
        #expect(ByteText("\u{E9}") != ByteText("e\u{301}"))
        #expect(ByteText("K") != ByteText("\u{212A}"))
        #expect(ByteText("a\u{301}\u{327}") != ByteText("a\u{327}\u{301}"))
        #expect(Set([ByteText("\u{E9}"), ByteText("e\u{301}"), ByteText("\u{E9}")]).count == 2)
    }
}
