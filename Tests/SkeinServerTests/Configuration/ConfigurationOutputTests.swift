import Foundation
import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct ConfigurationOutputTests {
    typealias Fixture = ConfigurationFixture

    @Test func `loading the printed defaults gives the defaults`() throws {
        let text = ConfigurationCommands.defaults(development: false).text
        let loaded = try Fixture.load(text)
        #expect(loaded.configuration == (try Fixture.load().configuration))
        for option in ConfigurationTable.options where !option.path.description.contains("<") {
            #expect(loaded.origins[option.path] != nil, "\(option.path) is missing")
            #expect(text.contains(option.documentation))
        }
    }

    @Test func `the examples in the printed defaults can be used`() throws {
        let text = ConfigurationCommands.defaults(development: false).text
        let start = try #require(text.range(of: "# Namespaces take"))
        let examples = text[start.lowerBound...].split(separator: "\n").filter {
            $0.hasPrefix("# ") && !$0.hasSuffix(".")
        }
        .map { $0.dropFirst(2) }.filter { !$0.hasPrefix("Namespaces take") && !$0.hasPrefix("Token keys belong") }
        let pem = "-----BEGIN PUBLIC KEY-----"
        let yaml = examples.joined(separator: "\n").replacing("  keys:", with: "tokens:\n  keys:").replacing(
            "at least 32 random bytes",
            with: Fixture.host.developmentSecret
        )
        let configuration = try Fixture.load(yaml, files: ["/etc/skein/partner.pem": pem]).configuration
        #expect(configuration.namespaces["chat"]?.historySize == 100)
        #expect(configuration.tokens.keys.keys.sorted() == ["main", "partner"])
    }

    @Test func `the printed profile is the one that --dev uses`() throws {
        let text = ConfigurationCommands.defaults(development: true).text
        #expect(
            try Fixture.load(text, development: true).configuration == Fixture.load(development: true).configuration
        )
    }

    @Test func `show names the origin of every value and no secret`() throws {
        let secret = "0123456789012345678901234567890-secret"
        let yaml = """
            client:
              ping_interval: 7s
            tokens: { keys: { "k.1": { secret: \(secret) } } }
            api: { keys: [\(secret)] }
            """
        let loaded = try Fixture.load(
            yaml,
            environment: ["SKEIN_NODE_NAME": "na\"me\n\u{1b}", "SKEIN_NAMESPACES_ROOM_DELTA": "true"],
            flags: ConfigurationFlag.named(port: "9000", logLevel: "debug")
        )
        let text = ConfigurationText.show(loaded)
        #expect(!text.contains(secret))
        #expect(text.contains("  ping_interval: 7s  # skein.yaml:2\n"))
        #expect(text.contains("  pong_timeout: 8s\n"))
        #expect(text.contains("    port: 9000  # --port\n"))
        #expect(text.contains("  level: debug  # --log-level\n"))
        #expect(text.contains("  name: \"na\\\"me\\n\\x1b\"  # SKEIN_NODE_NAME\n"))
        #expect(text.contains("      secret: \"[redacted]\"  # skein.yaml:3\n"))
        #expect(text.contains("  keys: [\"[redacted]\"]  # skein.yaml:4\n"))
        #expect(text.contains("  room:\n"))
        #expect(!ConfigurationLayer(yaml: text, name: "x") { .file("x", line: $0) }.problems.contains { !$0.isEmpty })
        #expect("\(loaded.configuration)".contains("[redacted]"))
        #expect(!"\(loaded.configuration)".contains(secret))
        var dumped = ""
        dump(loaded.configuration, to: &dumped)
        #expect(!dumped.contains(secret))
        #expect(!String(reflecting: loaded.configuration).contains(secret))
    }

    @Test func `commands end with 0, or with 78 and the problems`() {
        let good = ConfigurationCommands.check(ConfigurationSources(), host: Fixture.host)
        #expect(good.status == 0)
        #expect(good.text == "The configuration can be used.\n")
        let sources = ConfigurationSources(environment: ["SKEIN_NODE_LOOPS": "x"])
        for output in [
            ConfigurationCommands.check(sources, host: Fixture.host),
            ConfigurationCommands.show(sources, host: Fixture.host),
        ] {
            #expect(output.status == 78)
            #expect(output.text.isEmpty)
            #expect(output.problems.hasPrefix("error: node.loops (SKEIN_NODE_LOOPS): "))
        }
    }

    @Test func `the reference page has every option and nothing of this machine`() {
        let page = ConfigurationReference.markdown()
        for option in ConfigurationTable.options where !option.path.description.hasPrefix("namespaces.") {
            let key =
                option.path.components.contains("<kid>") || option.path.description.hasPrefix("channels.rules.")
                ? option.path.components[option.path.components.count - 1] : option.path.description
            #expect(page.contains("| `\(key)` |"), "\(key)")
        }
        #expect(
            page.split(separator: "\n").filter { $0.hasPrefix("| `") }.count == ConfigurationTable.root.count
                + ConfigurationTable.rules.count + ConfigurationTable.tokenKey.count
        )
        #expect(page.contains("SKEIN_CLIENT_PING_INTERVAL"))
    }

    @Test func `named flags and settings know their keys`() {
        #expect(ConfigurationFlag(setting: "a.b") == nil)
        let setting = ConfigurationFlag(setting: "client.errors=a=b")
        #expect(setting?.key == "client.errors")
        #expect(setting?.value == "a=b")
        #expect(
            ConfigurationFlag.named(address: "::1", logFormat: "json").map(\.key) == [
                "listeners.client.address", "log.format",
            ]
        )
    }
}
