import SkeinWire
import Testing

/// The allow-list of origins (RFC 6455 section 10.2; RFC 6454).
@Suite struct OriginPolicyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let entries: [String]
        let origin: String?
        let host: String
        let isAllowed: Bool

        init(_ entries: [String], _ origin: String?, host: String = "server.example", _ isAllowed: Bool) {
            self.entries = entries
            self.origin = origin
            self.host = host
            self.isAllowed = isAllowed
        }

        var testDescription: String {
            "\(self.entries) \(self.isAllowed ? "allows" : "refuses") \(self.origin ?? "no origin") at \(self.host)"
        }
    }

    private static let one = ["https://app.example.com"]
    private static let wild = ["https://*.example.com"]

    static let rows: [Row] = [
        Row([], nil, true),
        Row(Self.one, nil, true),
        Row(Self.one, "https://app.example.com", true),
        Row(Self.one, "https://app.example.com:443", true),
        Row(Self.one, "HTTPS://App.Example.COM", true),
        Row(Self.one, "http://app.example.com", false),
        Row(Self.one, "https://app.example.com:8443", false),
        Row(Self.one, "https://app.example.com:80", false),
        Row(Self.one, "https://app.example.com.", false),
        Row(Self.one, "https://app.example.com.evil", false),
        Row(Self.one, "https://evilapp.example.com", false),
        Row(Self.one, "https://a.app.example.com", false),
        Row(Self.one, "https://example.com", false),
        Row(Self.one, "https://app.example.com/", false),
        Row(Self.one, "https://app.example.com/path", false),
        Row(Self.one, "https://app.example.com?x", false),
        Row(Self.one, "https://app.example.com#x", false),
        Row(Self.one, "https://app.example.com@evil.example", false),
        Row(Self.one, "https://user@app.example.com", false),
        Row(Self.one, "https://evil.example/https://app.example.com", false),
        Row(Self.one, "https://app.example.com:443@evil.example", false),
        Row(Self.one, "https://app.example.com\\evil", false),
        Row(Self.one, "https://app.example.com:", false),
        Row(Self.one, "https://app.example.com:0443", false),
        Row(Self.one, "https://app.example.com:443443", false),
        Row(Self.one, "https://app.example.com:+443", false),
        Row(Self.one, "https://app%2eexample.com", false),
        Row(Self.one, "https://app.example.com, https://app.example.com", false),
        Row(Self.one, " https://app.example.com", false),
        Row(Self.one, "app.example.com", false),
        Row(Self.one, "//app.example.com", false),
        Row(Self.one, "https:app.example.com", false),
        Row(Self.one, "https://", false),
        Row(Self.one, "", false),
        Row(Self.one, "null", false),
        Row(Self.one, "https://аpp.example.com", false),
        Row(["https://xn--bcher-kva.example"], "https://xn--bcher-kva.example", true),
        Row(["https://xn--bcher-kva.example"], "https://bücher.example", false),
        Row(Self.wild, "https://a.example.com", true),
        Row(Self.wild, "https://a.b.example.com", true),
        Row(Self.wild, "https://A.Example.Com:443", true),
        Row(Self.wild, "https://example.com", false),
        Row(Self.wild, "https://.example.com", false),
        Row(Self.wild, "https://a..example.com", false),
        Row(Self.wild, "https://evilexample.com", false),
        Row(Self.wild, "https://a.example.com.evil", false),
        Row(Self.wild, "https://a.example.com:444", false),
        Row(Self.wild, "http://a.example.com", false),
        Row(Self.wild, "https://*.example.com", false),
        Row(Self.wild, "https://evil.example/.example.com", false),
        Row(["https://*.example.com:8443"], "https://a.example.com:8443", true),
        Row(["https://*.example.com:8443"], "https://a.example.com", false),
        Row(["*"], "https://anything.example", true),
        Row(["*"], "null", true),
        Row(["*"], "not an origin", true),
        Row(["null"], "null", true),
        Row(["null"], "NULL", false),
        Row(["null"], "https://app.example.com", false),
        Row(["https://a.example", "https://b.example:8443"], "https://b.example:8443", true),
        Row(["https://a.example", "https://b.example:8443"], "https://b.example", false),
        Row(["http://localhost:3000"], "http://localhost:3000", true),
        Row(["http://localhost:3000"], "http://localhost", false),
        Row(["http://[::1]:3000"], "http://[::1]:3000", true),
        Row(["http://[::1]:3000"], "http://[::2]:3000", false),
        Row(["capacitor://localhost"], "capacitor://localhost", true),
        Row(Self.one, "https://server.example", host: "server.example", false),
        Row([], "https://server.example", true),
        Row([], "http://server.example", true),
        Row([], "https://server.example", host: "server.example:443", true),
        Row([], "https://SERVER.example", host: "Server.Example", true),
        Row([], "http://server.example:8080", host: "server.example:8080", true),
        Row([], "http://server.example:8080", host: "server.example", false),
        Row([], "http://server.example", host: "server.example:443", false),
        Row([], "https://evil.example", false),
        Row([], "https://a.server.example", false),
        Row([], "https://server.example", host: "", false),
        Row([], "https://server.example", host: "server.example@evil", false),
        Row([], "null", host: "null", false),
        Row([], "file://server.example", false),
        Row([], "http://[::1]:8000", host: "[::1]:8000", true),
    ]

    @Test(arguments: Self.rows)
    func `Origins are compared by scheme, host and port (RFC 6455 10.2)`(_ row: Row) throws {
        let policy = try OriginPolicy(row.entries)
        #expect(policy.allows(origin: row.origin, host: row.host) == row.isAllowed)
    }

    @Test(arguments: [
        "", "app.example.com", "https://", "https://app.example.com/", "https://app.example.com/path", "https://*",
        "https://*.", "https://*example.com", "https://a.*.example.com", "https://app.*", "*.example.com", "**",
        "https://user@app.example.com", "https://app.example.com.", "https://app.example.com:", "https://a.com:0",
        "https://a.com:65536", "https://*.*.example.com", "https://*.[::1]", "https://bücher.example", "Null",
        "1https://a",
    ])
    func `A malformed entry is named in the error`(_ entry: String) {
        let error = #expect(throws: OriginPolicyError.self) { try OriginPolicy(["https://fine.example", entry]) }
        #expect(error?.entry == entry)
        #expect(error?.description.contains("\"\(entry)\"") == true)
    }
}
