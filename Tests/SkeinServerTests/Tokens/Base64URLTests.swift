import Testing

@testable import SkeinServer

@Suite struct Base64URLTests {
    private func decode(_ text: String) -> [UInt8]? {
        Base64URL.decode(Array(text.utf8)[...])
    }

    /// RFC 4648 section 10, without padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of RFC 4648`(_ plain: String, _ encoded: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
        #expect(self.decode(encoded) == Array(plain.utf8))
    }

    @Test func `all bytes survive at all lengths`() {
        for length in 0...300 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
            #expect(self.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: ["Z", "Zm9vY", "Zg==", "Zm8=", "Zh", "Zm9", "+_-_", "/w", "Zm 9", "Zm9v\n", "é", "Zg\0"])
    func `what is not canonical is refused`(_ text: String) {
        #expect(self.decode(text) == nil)
    }
}
