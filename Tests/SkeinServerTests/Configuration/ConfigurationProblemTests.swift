import Testing

@testable import SkeinServer

@Suite struct ConfigurationProblemTests {
    typealias Fixture = ConfigurationFixture

    @Test(arguments: [
        ("client:\n  ping_intervall: 25s", "client.ping_intervall (skein.yaml:2)", "client.ping_interval?"),
        ("client:\n  pingInterval: 25s", "client.pingInterval (skein.yaml:2)", "client.ping_interval?"),
        ("ping_interval: 25s", "ping_interval (skein.yaml:1)", "client.ping_interval?"),
        ("clients:\n  ping_interval: 25s", "clients (skein.yaml:1)", "client?"),
        (
            "namespaces:\n  chat:\n    histroy_size: 3", "namespaces.chat.histroy_size (skein.yaml:3)",
            "namespaces.chat.history_size?"
        ),
        (
            "tokens:\n  keys:\n    k:\n      secret: 01234567890123456789012345678901\n      public_kye: a",
            "tokens.keys.k.public_kye (skein.yaml:5)", "tokens.keys.k.public_key?"
        ),
        ("history_size: 3", "history_size (skein.yaml:1)", "channels.rules.history_size?"),
        ("\n\nxyzzyxyzzy: 3", "xyzzyxyzzy (skein.yaml:3)", "see skein config default for all keys."),
    ])
    func `an unknown key is named with its line and the nearest known one`(
        _ yaml: String,
        _ place: String,
        _ hint: String
    ) {
        let problems = Fixture.problems(yaml)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("\(place): unknown key;") == true, "\(problems)")
        #expect(problems.first?.contains(hint) == true, "\(problems)")
    }

    @Test func `unknown variables and flags are errors with a suggestion`() {
        #expect(
            Fixture.problems(environment: ["SKEIN_CLIENT_PING_INTERVALL": "1s"]) == [
                "SKEIN_CLIENT_PING_INTERVALL: unknown environment variable; did you mean SKEIN_CLIENT_PING_INTERVAL?"
            ]
        )
        #expect(
            Fixture.problems(environment: ["SKEIN_WHATEVER_THIS_IS": "1s"])
                == ["SKEIN_WHATEVER_THIS_IS: unknown environment variable; remove it."]
        )
        let flag = Fixture.problems(flags: [Fixture.set("client.pong_timeot", "1s")])
        #expect(flag.count == 1)
        #expect(flag.first?.contains("client.pong_timeout?") == true)
    }

    @Test func `variables that Kubernetes makes for a service called skein are ignored`() throws {
        _ = try Fixture.load(environment: [
            "SKEIN_SERVICE_HOST": "10.0.0.1", "SKEIN_SERVICE_PORT": "8000", "SKEIN_SERVICE_PORT_HTTP": "8000",
            "SKEIN_PORT": "tcp://10.0.0.1:8000", "SKEIN_PORT_8000_TCP": "tcp://10.0.0.1:8000",
            "SKEIN_PORT_8000_TCP_ADDR": "10.0.0.1", "SKEIN_API_PORT_8001_TCP_PROTO": "tcp",
        ])
        #expect(Fixture.problems(environment: ["SKEIN_PORT": "8000"]).count == 1)
    }

    @Test func `all problems come at once, each with its source`() {
        let problems = Fixture.problems(
            "client:\n  ping_interval: fast\n  channels: 0\nlog: { level: loud }\n",
            environment: ["SKEIN_NODE_LOOPS": "many"],
            flags: ConfigurationFlag.named(port: "70000")
        )
        #expect(problems.count == 5)
        let text = problems.joined(separator: "\n")
        #expect(
            text.contains("client.ping_interval (skein.yaml:2): cannot be \"fast\"; write a whole number and a unit")
        )
        #expect(text.contains("client.channels (skein.yaml:3): cannot be \"0\"; write a whole number from 1 to"))
        #expect(text.contains("log.level (skein.yaml:4): cannot be \"loud\"; write one of trace, debug"))
        #expect(text.contains("node.loops (SKEIN_NODE_LOOPS): cannot be \"many\""))
        #expect(text.contains("listeners.client.port (--port): cannot be \"70000\""))
    }

    @Test(arguments: [
        ("client:\n  errors: 1\n  errors: 2", "skein.yaml:2: errors is written twice"),
        ("client: 3", "client (skein.yaml:1): write a section"),
        ("client:\n  errors: [1]", "client.errors (skein.yaml:2): write a single value"),
        ("client:\n  errors: { a: 1 }", "client.errors (skein.yaml:2): write a single value"),
        ("client:\n  errors:", "client.errors (skein.yaml:2): has no value"),
        ("api:\n  keys: abc", "api.keys (skein.yaml:2): write a list"),
        ("api:\n  keys: [[a]]", "api.keys (skein.yaml:2): write a list"),
        ("- a", "skein.yaml:1: write a mapping"),
        ("just text", "skein.yaml:1: write a mapping"),
        ("a: [1", "skein.yaml:2: is not YAML"),
        ("client:\n\terrors: 1", "skein.yaml:2: is not YAML"),
        ("namespaces:\n  \"a:b\": { }", "namespaces.a:b (skein.yaml:2): name namespaces"),
        ("tokens:\n  keys:\n    \"a b\": { }", "tokens.keys.a b (skein.yaml:3): name token keys"),
        (
            "channels:\n  rules:\n    subscribe: subscribers",
            "cannot be \"subscribers\"; write one of anyone, token_holders"
        ),
        ("a: 1\n---\nb: 2", "is not YAML"),
    ])
    func `a file in the wrong form is explained`(_ yaml: String, _ expected: String) {
        let text = Fixture.problems(yaml).joined(separator: "\n")
        #expect(text.contains(expected), "\(text)")
    }

    @Test(arguments: ["", "# nothing\n", "client:\n", "~", "{}", "namespaces: {}\ntokens: { keys: {} }\n"])
    func `empty files and sections are fine`(_ yaml: String) throws {
        var expected = Configuration()
        expected.node.name = "machine-abcdef"
        #expect(try Fixture.load(yaml).configuration == expected)
    }

    @Test func `no error shows a secret`() {
        let secret = "hunter2hunter2"
        let yaml = """
            tokens:
              keys:
                a: { secret: \(secret) }
                b: { algorithm: ES256, secret: \(secret) }
            api: { keys: [\(secret)] }
            """
        let text = Fixture.problems(yaml).joined(separator: "\n")
        #expect(!text.isEmpty)
        #expect(!text.contains(secret))
        for broken in [
            "tokens: { keys: { a: { secret: \(secret)", "api:\n  keys: [\(secret)", "a: \"\(secret)\n\t: : [",
        ] {
            let text = Fixture.problems(broken).joined()
            #expect(!text.isEmpty)
            #expect(!text.contains(secret), "\(text)")
        }
    }
}
