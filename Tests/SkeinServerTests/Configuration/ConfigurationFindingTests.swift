import Testing

@testable import SkeinServer

/// Every check from both sides: what must be refused, and the smallest change that lets it pass.
@Suite struct ConfigurationFindingTests {
    typealias Fixture = ConfigurationFixture

    struct Case: Sendable, CustomTestStringConvertible {
        let bad: String
        let good: String
        let expected: String
        var isDevelopment = false
        var testDescription: String { self.bad }
    }

    static let longKey = "0123456789abcdef"
    static let history = "history_size: 1, history_ttl: 1s"

    static let cases: [Case] = [
        Case(
            bad: "client: { anonymous: true }",
            good: "client: { anonymous: true }\nlisteners: { client: { address: 127.0.0.1 } }",
            expected: "client.anonymous (skein.yaml:1): accepts everybody"
        ),
        Case(
            bad: "client: { anonymous: true }",
            good: "client: { anonymous: true }\nlisteners: { client: { public: true } }",
            expected: "listeners.client.public"
        ),
        Case(
            bad: "listeners: { client: { address: 0.0.0.0 }, api: { address: 127.0.0.1, port: 1 }, "
                + "admin: { address: 127.0.0.1, port: 2 } }\nclient: { insecure: true }",
            good: "client: { insecure: true }",
            expected: "client.insecure (skein.yaml:2): must not be reached from other machines",
            isDevelopment: true
        ),
        Case(
            bad: "listeners: { api: { address: 10.0.0.1 } }",
            good: "listeners: { api: { address: 10.0.0.1 } }\napi: { keys: [\(longKey)] }",
            expected: "api.keys (skein.yaml:1): the API listens on 10.0.0.1"
        ),
        Case(
            bad: "listeners: { api: { port: shared } }",
            good: "listeners: { api: { port: shared } }\napi: { keys: [\(longKey)] }",
            expected: "api.keys (skein.yaml:1): the API listens on 0.0.0.0"
        ),
        Case(
            bad: "listeners: { client: { address: 0.0.0.0 } }",
            good: "listeners: { client: { address: 127.0.0.1 } }",
            expected: "api.insecure (skein.yaml:1)",
            isDevelopment: true
        ),
        Case(
            bad: "listeners: { admin: { address: 0.0.0.0 } }",
            good: "listeners: { admin: { address: 0.0.0.0, public: true } }",
            expected: "listeners.admin.public (skein.yaml:1)"
        ),
        Case(
            bad: "listeners: { admin: { port: shared } }",
            good: "listeners: { admin: { port: shared }, client: { address: 127.0.0.1 } }",
            expected: "listeners.admin.public (skein.yaml:1)"
        ),
        Case(
            bad: "api: { keys: [0123456789abcde] }",
            good: "api: { keys: [\(longKey)] }",
            expected: "api.keys (skein.yaml:1): a key has fewer than 16 characters"
        ),
        Case(
            bad: "tokens: { keys: { k: { secret: 0123456789012345678901234567890 } } }",
            good: "tokens: { keys: { k: { secret: 01234567890123456789012345678901 } } }",
            expected: "tokens.keys.k (skein.yaml:1): secret has 31 bytes"
        ),
        Case(
            bad: "tokens: { keys: { k: { } } }",
            good: "tokens: { keys: { k: { secret: s } } }",
            expected: "tokens.keys.k (default): HS256 needs secret",
            isDevelopment: true
        ),
        Case(
            bad: "tokens: { keys: { k: { algorithm: EdDSA } } }",
            good: "tokens: { keys: { k: { algorithm: EdDSA, public_key: \"-----BEGIN PUBLIC KEY-----\" } } }",
            expected: "tokens.keys.k (skein.yaml:1): EdDSA needs public_key"
        ),
        Case(
            bad: "tokens: { keys: { k: { algorithm: RS256, public_key: \"-----BEGIN PUBLIC KEY-----\", secret: x } } }",
            good: "tokens: { keys: { k: { algorithm: RS256, public_key: \"-----BEGIN PUBLIC KEY-----\" } } }",
            expected: "RS256 has no secret"
        ),
        Case(
            bad: "tokens: { keys: { k: { secret: x, public_key: \"-----BEGIN PUBLIC KEY-----\" } } }",
            good: "tokens: { keys: { k: { secret: x } } }",
            expected: "HS256 has no public key",
            isDevelopment: true
        ),
        Case(
            bad: "client: { connections: 65505 }",
            good: "client: { connections: 65504 }",
            expected: "client.connections (skein.yaml:1): 65505 connections need 65537 open files"
        ),
        Case(
            bad: "client: { personal_channel: true, personal_namespace: u }",
            good: "client: { personal_channel: true, personal_namespace: u }\nnamespaces: { u: { } }",
            expected: "client.personal_namespace (skein.yaml:1): names no namespace"
        ),
    ]

    static let ruleCases: [Case] = [
        Case(bad: "recovery: always", good: "recovery: always, \(history)", expected: "need a history"),
        Case(bad: "positioning: on_request", good: "positioning: on_request, \(history)", expected: "need a history"),
        Case(bad: "history_size: 1", good: history, expected: "history needs both"),
        Case(bad: "history_ttl: 1s", good: history, expected: "history needs both"),
        Case(
            bad: "exclude_sender: true, recovery: on_request, \(history)",
            good: "exclude_sender: true, \(history)",
            expected: "exclude_sender leaves gaps"
        ),
        Case(
            bad: "slow_consumer: drop_oldest, positioning: always, \(history)",
            good: "slow_consumer: drop_oldest, \(history)",
            expected: "slow_consumer: drop_oldest drops"
        ),
        Case(
            bad: "slow_consumer: keep_latest, delta: true",
            good: "slow_consumer: close, delta: true",
            expected: "slow_consumer: keep_latest drops"
        ),
        Case(bad: "maximum_members: 1", good: "maximum_members: 1, presence: true", expected: "maximum_members"),
        Case(
            bad: "push_join_leave: true",
            good: "push_join_leave: true, join_leave: true",
            expected: "push_join_leave"
        ),
    ]

    @Test(arguments: Self.cases)
    func `what must not stay is refused, and the advice helps`(_ check: Case) {
        let bad = Fixture.problems(check.bad, development: check.isDevelopment).joined(separator: "\n")
        #expect(bad.contains(check.expected), "\(bad)")
        #expect(Fixture.problems(check.good, development: check.isDevelopment) == [])
    }

    @Test(arguments: Self.ruleCases)
    func `rules that contradict each other are refused in every namespace`(_ check: Case) {
        for (section, place) in [
            ("namespaces:\n  n: { %@ }", "namespaces.n (skein.yaml:2)"),
            ("channels:\n  rules: { %@ }", "channels.rules (skein.yaml:2)"),
        ] {
            let bad = Fixture.problems(section.replacing("%@", with: check.bad)).joined(separator: "\n")
            #expect(bad.contains(check.expected), "\(bad)")
            #expect(bad.hasPrefix(place), "\(bad)")
            #expect(Fixture.problems(section.replacing("%@", with: check.good)) == [])
        }
    }

    @Test(arguments: [
        ("client.insecure", "client: { insecure: true }"), ("api.insecure", "api: { insecure: true }"),
        ("test.echo", "test: { echo: true }"),
    ])
    func `freedoms of development need --dev`(_ key: String, _ yaml: String) {
        let problems = Fixture.problems(yaml)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("\(key) (skein.yaml:1):") == true)
        #expect(problems.first?.hasSuffix("only with --dev.") == true)
        #expect(Fixture.problems(yaml, development: true) == [])
    }

    @Test func `short secrets and keys pass with --dev only`() {
        let yaml = "tokens: { keys: { k: { secret: s } } }\napi: { keys: [k] }"
        #expect(Fixture.problems(yaml, development: true) == [])
        #expect(Fixture.problems(yaml).count == 2)
    }

    @Test func `a value that was refused is not complained about twice`() {
        #expect(
            Fixture.problems("channels: { rules: { recovery: always, history_size: x, history_ttl: 1s } }").count == 1
        )
    }
}
