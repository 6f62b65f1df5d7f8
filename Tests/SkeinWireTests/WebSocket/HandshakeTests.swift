import SkeinWire
import Testing

/// The opening handshake (RFC 6455 section 4), one rule broken at a time.
@Suite struct HandshakeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: HandshakeRequest
        let expected: HandshakeDecision
    }

    private static let accepted = HandshakeDecision.accept(.init(accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))

    /// The request of the RFC, with headers replaced (nil takes one out) and added.
    private static func row(
        _ name: String,
        method: String = "GET",
        version: (Int, Int) = (1, 1),
        replacing replaced: [String: String?] = [:],
        adding added: [(name: String, value: String)] = [],
        _ expected: HandshakeDecision
    ) -> Row {
        let headers: [(name: String, value: String)] = [
            ("Host", "server.example.com"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Origin", "http://server.example.com"),
            ("Sec-WebSocket-Version", "13"),
        ]
        let changed = headers.compactMap { header -> (name: String, value: String)? in
            guard let value = replaced[header.name] else { return header }
            return value.map { (header.name, $0) }
        }
        let request = HandshakeRequest(
            method: method,
            majorVersion: version.0,
            minorVersion: version.1,
            headers: changed + added
        )
        return Row(testDescription: name, request: request, expected: expected)
    }

    private static func refusal(_ label: String) -> HandshakeDecision {
        HandshakeRefusal.all.first { $0.label == label }.map { .refuse($0) } ?? .notAnUpgrade
    }

    private static func refused(
        _ label: String,
        _ name: String,
        replacing replaced: [String: String?] = [:],
        adding added: [(name: String, value: String)] = []
    ) -> Row {
        self.row(name, replacing: replaced, adding: added, self.refusal(label))
    }

    static let requests: [Row] = [
        row("the request of the RFC (RFC 6455 1.3)", accepted),
        row("an ordinary request", replacing: ["Upgrade": nil, "Sec-WebSocket-Key": nil], .notAnUpgrade),
        row("an upgrade to something else", replacing: ["Upgrade": "h2c", "Sec-WebSocket-Key": nil], .notAnUpgrade),
        row("a later version of HTTP 1", version: (1, 2), accepted),
        row("HTTP/1.0 (RFC 6455 4.2.1)", version: (1, 0), refusal("http_version")),
        row("HTTP/2.0 (RFC 6455 4.2.1)", version: (2, 0), refusal("http_version")),
        row("POST (RFC 6455 4.2.1)", method: "POST", refusal("method")),
        row("HEAD (RFC 6455 4.2.1)", method: "HEAD", refusal("method")),
        row("a method in lower case (RFC 6455 4.2.1)", method: "get", refusal("method")),
        refused("host", "no host (RFC 6455 4.2.1)", replacing: ["Host": nil]),
        refused("host", "an empty host (RFC 6455 4.2.1)", replacing: ["Host": ""]),
        refused("host", "two hosts (RFC 6455 4.2.1)", adding: [("host", "server.example.com")]),
        refused("host", "a host with a user (RFC 6455 4.2.1)", replacing: ["Host": "a@b"]),
        refused("host", "a list of hosts (RFC 6455 4.2.1)", replacing: ["Host": "a, b"]),
        refused("body", "a body (RFC 6455 4.2.1)", adding: [("Content-Length", "1")]),
        refused("body", "a chunked body (RFC 6455 4.2.1)", adding: [("Transfer-Encoding", "chunked")]),
        row("a body of no bytes", adding: [("Content-Length", "0")], accepted),
        row("Upgrade in capitals (RFC 6455 4.2.1)", replacing: ["Upgrade": "WebSocket"], accepted),
        row("Upgrade with several protocols (RFC 6455 4.2.1)", replacing: ["Upgrade": "h2c , websocket"], accepted),
        refused("upgrade", "no Upgrade (RFC 6455 4.2.1)", replacing: ["Upgrade": nil]),
        refused("upgrade", "another Upgrade (RFC 6455 4.2.1)", replacing: ["Upgrade": "h2c"]),
        refused("upgrade", "Upgrade with a version (RFC 6455 4.2.1)", replacing: ["Upgrade": "websocket/13"]),
        row("Connection in capitals (RFC 6455 4.2.1)", replacing: ["Connection": "UPGRADE"], accepted),
        row(
            "Connection with several options (RFC 6455 4.2.1)",
            replacing: ["Connection": "keep-alive,\tUpgrade ,x"],
            accepted
        ),
        row(
            "two Connection headers (RFC 6455 4.2.1)",
            replacing: ["Connection": "keep-alive"],
            adding: [("connection", "upgrade")],
            accepted
        ),
        refused("connection", "no Connection (RFC 6455 4.2.1)", replacing: ["Connection": nil]),
        refused("connection", "Connection without upgrade (RFC 6455 4.2.1)", replacing: ["Connection": "keep-alive"]),
        refused("connection", "a longer option (RFC 6455 4.2.1)", replacing: ["Connection": "upgrades, not-upgrade"]),
        refused(
            "connection",
            "options that are not separated (RFC 6455 4.2.1)",
            replacing: ["Connection": "keep-alive upgrade"]
        ),
        refused("connection", "a quoted option (RFC 6455 4.2.1)", replacing: ["Connection": "\"upgrade\""]),
        refused("version", "no version (RFC 6455 4.4)", replacing: ["Sec-WebSocket-Version": nil]),
        refused("version", "version 8 (RFC 6455 4.4)", replacing: ["Sec-WebSocket-Version": "8"]),
        refused("version", "version 14 (RFC 6455 4.4)", replacing: ["Sec-WebSocket-Version": "14"]),
        refused("version", "a list of versions (RFC 6455 4.4)", replacing: ["Sec-WebSocket-Version": "13, 8"]),
        refused("version", "version 013 (RFC 6455 4.4)", replacing: ["Sec-WebSocket-Version": "013"]),
        refused("version", "two versions (RFC 6455 4.4)", adding: [("Sec-WebSocket-Version", "13")]),
        row("version with blanks around it (RFC 6455 4.4)", replacing: ["Sec-WebSocket-Version": " 13\t"], accepted),
        refused("key", "no key (RFC 6455 4.2.1)", replacing: ["Sec-WebSocket-Key": nil]),
        refused("key", "an empty key (RFC 6455 4.2.1)", replacing: ["Sec-WebSocket-Key": ""]),
        refused("key", "two keys (RFC 6455 11.3.1)", adding: [("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]),
        refused("key", "a key of 15 bytes (RFC 6455 4.2.1)", replacing: ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j"]),
        refused(
            "key",
            "a key of 17 bytes (RFC 6455 4.2.1)",
            replacing: ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZWU="]
        ),
        refused(
            "key",
            "a key without padding (RFC 6455 4.2.1)",
            replacing: ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ"]
        ),
        refused(
            "key",
            "a key with the highest bit in its padding (RFC 4648 3.5)",
            replacing: ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZY=="]
        ),
        refused(
            "key",
            "a key with bits in its padding (RFC 4648 3.5)",
            replacing: ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZR=="]
        ),
        refused(
            "key",
            "a key of another alphabet (RFC 6455 4.2.1)",
            replacing: ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25-ZQ=="]
        ),
        refused(
            "key",
            "a key that is not ASCII (RFC 6455 4.2.1)",
            replacing: ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub2éZQ=="]
        ),
        row("no origin (RFC 6455 4.2.1)", replacing: ["Origin": nil], accepted),
        refused("origin", "a foreign origin (RFC 6455 10.2)", replacing: ["Origin": "http://evil.example"]),
        refused("origin", "the origin null (RFC 6455 10.2)", replacing: ["Origin": "null"]),
        refused("origin", "an empty origin (RFC 6455 10.2)", replacing: ["Origin": ""]),
        refused("origin", "two origins (RFC 6455 10.2)", adding: [("Origin", "http://server.example.com")]),
        row(
            "extensions are declined (RFC 6455 9.1)",
            adding: [("Sec-WebSocket-Extensions", "permessage-deflate")],
            accepted
        ),
    ]

    @Test(arguments: Self.requests)
    func `The first broken rule is reported`(_ row: Row) {
        let decision = Handshake.evaluate(row.request, origins: .sameHost, subprotocols: ["one", "two"])
        #expect(decision == row.expected)
    }

    static let offers: [(offers: [String], expected: String?)] = [
        (["one"], "one"), (["two, one"], "two"), (["x, one"], "one"), (["x", "two"], "two"), (["x, y"], ""),
        (["ONE"], ""), ([" one\t, two"], "one"), ([(1...15).map { "p\($0)" }.joined(separator: ",") + ",one"], "one"),
        ([""], nil), (["one,"], nil), ([",one"], nil), (["one two"], nil), (["one;q=1"], nil), (["on\u{e9}"], nil),
        (["\u{FFFD}\u{FFFD}"], nil), (["one\u{0}"], nil), (["one", "one"], nil), (["\"one\""], nil),
        ([(1...16).map { "p\($0)" }.joined(separator: ",") + ",one"], nil),
        ([String(repeating: ",", count: 8000)], nil), ([String(repeating: "a", count: 8000)], ""),
    ]

    /// An expected nil means a refusal, an empty text an acceptance without subprotocol.
    @Test(arguments: Self.offers)
    func `The first subprotocol that the server knows is chosen (RFC 6455 4.2.2)`(
        _ offers: [String],
        _ expected: String?
    ) {
        let headers = offers.map { (name: "Sec-WebSocket-Protocol", value: $0) }
        let request = Self.row("", adding: headers, .notAnUpgrade).request
        let decision = Handshake.evaluate(request, origins: .sameHost, subprotocols: ["one", "two"])
        guard let expected else {
            #expect(decision == Self.refusal("subprotocol"))
            return
        }
        let subprotocol = expected.isEmpty ? nil : expected
        #expect(decision == .accept(.init(accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", subprotocol: subprotocol)))
    }

    @Test func `Refusals are errors of the client with a reason and a label of their own`() {
        #expect(
            HandshakeRefusal.all.allSatisfy { [400, 403, 405, 426, 505].contains($0.status) && !$0.reason.isEmpty }
        )
        #expect(Set(HandshakeRefusal.all.map(\.label)).count == HandshakeRefusal.all.count)
        let method = HandshakeRefusal.all.first { $0.status == 405 }
        #expect(method?.extraHeaders.map(\.name) == ["Allow"] && method?.extraHeaders.map(\.value) == ["GET"])
        let version = HandshakeRefusal.all.first { $0.status == 426 }
        #expect(version?.extraHeaders.map(\.name) == ["Sec-WebSocket-Version"])
        #expect(version?.extraHeaders.map(\.value) == ["13"])
    }
}
