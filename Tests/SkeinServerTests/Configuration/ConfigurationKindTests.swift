import Testing

@testable import SkeinServer

@Suite struct ConfigurationKindTests {
    @Test(arguments: ["0s", "1ms", "300ms", "25s", "90s", "5m", "1h", "36h", "2d", "30d"])
    func `durations render as they are written`(_ text: String) throws {
        let kind = ConfigurationKind.duration(.zero ... .seconds(86_400 * 60))
        #expect(kind.render(try kind.parse(text)) == (text == "90s" ? "90s" : text))
    }

    @Test(arguments: [
        "", "25", "s", "25 s", "-1s", "1.5s", "25S", "25sec", "99999999999999999999s", "9223372036854775807d", "٣s",
    ])
    func `what is no duration is refused`(_ text: String) {
        let kind = ConfigurationKind.duration(.zero ... .seconds(86_400))
        #expect(throws: ConfigurationKind.Refusal.self) { try kind.parse(text) }
    }

    @Test func `ranges include both bounds and nothing beyond`() throws {
        let duration = ConfigurationKind.duration(.seconds(1) ... .seconds(60))
        #expect(try duration.parse("1m") == .duration(.seconds(60)))
        #expect(try duration.parse("1s") == .duration(.seconds(1)))
        #expect(throws: ConfigurationKind.Refusal.self) { try duration.parse("999ms") }
        #expect(throws: ConfigurationKind.Refusal(advice: "write a duration from 1s to 1m")) {
            try duration.parse("61s")
        }
        let size = ConfigurationKind.size(512...1024)
        #expect(try size.parse("1KiB") == .integer(1024))
        #expect(try size.parse("512B") == .integer(512))
        #expect(throws: ConfigurationKind.Refusal(advice: "write a size from 512B to 1KiB")) { try size.parse("2KiB") }
        let count = ConfigurationKind.count(1...64)
        #expect(try count.parse("64") == .integer(64))
        for text in ["0", "65", "-1", "+1", "1e3", "", "0x10"] {
            #expect(throws: ConfigurationKind.Refusal.self) { try count.parse(text) }
        }
    }

    @Test(arguments: ["64KiB", "1MiB", "3GiB", "512B", "1025B", "0B"])
    func `sizes render as they are written`(_ text: String) throws {
        let kind = ConfigurationKind.size(0...Int.max)
        #expect(kind.render(try kind.parse(text)) == text)
    }

    @Test(arguments: ["64", "64kb", "64KB", "1 MiB", "MiB", "9223372036854775807GiB"])
    func `what is no size is refused`(_ text: String) {
        #expect(throws: ConfigurationKind.Refusal.self) { try ConfigurationKind.size(0...Int.max).parse(text) }
    }

    @Test func `booleans are true and false only`() throws {
        #expect(try ConfigurationKind.boolean.parse("true") == .boolean(true))
        for text in ["yes", "no", "on", "off", "1", "0", "True", ""] {
            #expect(throws: ConfigurationKind.Refusal(advice: "write true or false")) {
                try ConfigurationKind.boolean.parse(text)
            }
        }
    }

    @Test func `only listeners that can be shared take the word shared`() throws {
        #expect(try ConfigurationKind.port(canShare: true).parse("shared") == .text("shared"))
        #expect(throws: ConfigurationKind.Refusal.self) { try ConfigurationKind.port(canShare: false).parse("shared") }
        #expect(try ConfigurationKind.port(canShare: false).parse("65535") == .integer(65_535))
        #expect(throws: ConfigurationKind.Refusal.self) { try ConfigurationKind.port(canShare: true).parse("65536") }
    }

    @Test(arguments: ["127.0.0.1", "0.0.0.0", "::1", "::", "localhost", "node-1.internal", "fe80::1"])
    func `addresses and host names are accepted`(_ text: String) throws {
        #expect(try ConfigurationKind.address.parse(text) == .text(text))
    }

    @Test(arguments: ["", "0.0.0.0:8000", "[::1]", "a b", "http://x", "127.0.0.256", "127.1"])
    func `addresses with a port or without sense are refused`(_ text: String) {
        #expect(throws: ConfigurationKind.Refusal.self) { try ConfigurationKind.address.parse(text) }
    }

    @Test func `only this machine reaches a loopback address`() {
        for text in ["127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "localhost"] {
            #expect(NetworkAddress.isLoopback(text), "\(text)")
        }
        for text in [
            "0.0.0.0", "::", "10.0.0.1", "127.evil.example", "128.0.0.1", "::2", "::ffff:10.0.0.1", "localhost.a",
        ] {
            #expect(!NetworkAddress.isLoopback(text), "\(text)")
        }
    }
}
