import SkeinTestKit
import Testing

@testable import SkeinWire

/// Plain handshakes are read; everything else is left to an HTTP parser.
@Suite struct HandshakeHeadTests {
    private static let plain = """
        GET /connection/websocket?cid=7 HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection:Upgrade\r\n\
        Sec-WebSocket-Key: \t dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nX-Empty:\r\n\r\n
        """

    private func read(_ bytes: some Sequence<UInt8>) -> HandshakeHead? {
        Array(bytes).withUnsafeBytes { HandshakeHead($0) }
    }

    private func read(_ text: String) -> HandshakeHead? { self.read(text.utf8) }

    @Test func `a plain handshake is read with its target, its headers in order and its length`() throws {
        let head = try #require(self.read(Self.plain + "frames"))
        #expect(head.target == "/connection/websocket?cid=7")
        #expect(
            head.headers.map(\.name)
                == ["Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "X-Empty"]
        )
        #expect(
            head.headers.map(\.value)
                == ["example.com", "websocket", "Upgrade", "dGhlIHNhbXBsZSBub25jZQ==", "13", ""]
        )
        #expect(head.length == Self.plain.utf8.count)
    }

    @Test func `no part of a head is a head`() {
        for length in 0..<Self.plain.utf8.count {
            #expect(self.read(Self.plain.utf8.prefix(length)) == nil, "\(length) bytes")
        }
    }

    @Test(arguments: [
        ("GET ", "POST "), ("GET ", "get "), ("GET ", " GET "), ("GET ", "GET  "), ("HTTP/1.1", "HTTP/1.0"),
        ("HTTP/1.1", "HTTP/2.0"), ("HTTP/1.1", "HTTP/1.1 "), ("/connection", "/conn\u{7F}ection"),
        ("/connection", "/ü"), ("/connection/websocket?cid=7", ""), ("/connection", "connection"), ("Host:", "Host :"),
        ("Host:", " Host:"),
        ("Host:", ":"), ("Host:", "Ho st:"), ("Host:", "Hö:"), ("example.com", "exa\u{0}mple"),
        ("example.com", "exämple"), ("example.com\r\n", "example.com\n"), ("example.com\r\n", "example.com\r"),
        ("example.com\r\n", "example\r\n .com\r\n"), ("X-Empty:", "Content-Length: 0"),
        ("X-Empty:", "CONTENT-LENGTH: 5"), ("X-Empty:", "transfer-encoding: chunked"),
        ("Sec-WebSocket-Key", "Sec-WebSocket-Kex"), ("X-Empty", ""),
        ("example.com", "example.com "), ("example.com", "example.com\t"),
    ])
    func `what is not plain is left to others`(part: String, replacement: String) {
        let text = Self.plain.replacing(part, with: replacement, maxReplacements: 1)
        #expect(text != Self.plain)
        #expect(self.read(text) == nil)
    }

    @Test func `as many headers and bytes are taken as an HTTP parser takes, and no more`() {
        let headers = 6
        let crowd = { (count: Int) in
            Self.plain.replacing("X-Empty:", with: (0..<count).map { "X-\($0): 1\r\n" }.joined() + "X-Empty:")
        }
        #expect(self.read(crowd(64 - headers)) != nil)
        #expect(self.read(crowd(65 - headers)) == nil)
        let long = { (length: Int) in
            let rest = length - Self.plain.utf8.count
            return Self.plain.replacing("X-Empty:", with: "X-Empty:" + String(repeating: "a", count: rest))
        }
        #expect(self.read(long(8192)) != nil)
        #expect(self.read(long(8193)) == nil)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `damaged heads never trap, and what is read stands in the bytes`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var bytes = Array(Self.plain.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes.randomElement(using: &generator) ?? 0, at: index)
                }
            }
            guard let head = self.read(bytes) else { continue }
            let text = String(decoding: bytes.prefix(head.length), as: UTF8.self)
            #expect(text.hasPrefix("GET \(head.target) HTTP/1.1\r\n") && text.hasSuffix("\r\n\r\n"))
            #expect(head.headers.allSatisfy { text.contains("\r\n\($0.name):") && text.contains($0.value) })
        }
    }
}
