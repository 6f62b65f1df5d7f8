import Foundation
import SkeinTestKit
import Testing

@testable import SkeinTransport

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of RFC 4648 section 10`(plain: String, encoded: String) {
        #expect(String(decoding: Base64.encode(Array(plain.utf8)), as: UTF8.self) == encoded)
    }

    @Test func `every value of six bits has its letter`() {
        let bytes = [UInt8](0...255)
        #expect(Base64.encode(bytes) == Array(Data(bytes).base64EncodedData()))
        #expect(Base64.encode([0xFB, 0xEF, 0xFF]) == Array("++//".utf8))
    }

    @Test func `random bytes encode as Foundation encodes them`() {
        var random = SeededGenerator(seed: 64)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base64.encode(bytes) == Array(Data(bytes).base64EncodedData()))
        }
    }
}
