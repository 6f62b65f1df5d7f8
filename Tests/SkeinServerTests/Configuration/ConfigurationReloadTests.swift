import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct ConfigurationReloadTests {
    typealias Fixture = ConfigurationFixture

    @Test func `nothing changes between two equal configurations`() throws {
        let configuration = try Fixture.load(development: true).configuration
        let reload = ConfigurationReload.difference(old: configuration, new: configuration)
        #expect(reload.applied.isEmpty)
        #expect(reload.postponed.isEmpty)
        #expect(reload.configuration == configuration)
    }

    @Test func `rules, limits, keys, origins and the log level take effect at once`() throws {
        let old = try Fixture.load("namespaces: { a: { }, b: { } }\napi: { keys: [0123456789abcdef] }").configuration
        let new = try Fixture.load(
            """
            client: { ping_interval: 30s, allowed_origins: ["https://a"] }
            channels: { rules: { delta: true } }
            namespaces: { a: { presence: true }, c: { } }
            tokens: { keys: { k: { secret: 01234567890123456789012345678901 } } }
            api: { keys: [fedcba9876543210] }
            log: { level: debug }
            """
        ).configuration
        let reload = ConfigurationReload.difference(old: old, new: new)
        #expect(reload.postponed.isEmpty)
        #expect(reload.configuration == new)
        #expect(
            reload.applied == [
                "client.allowed_origins changes from nothing to https://a.",
                "client.ping_interval changes from 25s to 30s.",
                "api.keys changes.",
                "log.level changes from info to debug.",
                "channels.rules.delta changes from false to true.",
                "namespaces.a.presence changes from false to true.",
                "namespaces.b is removed.",
                "namespaces.c is added.",
                "tokens.keys.k is added.",
            ]
        )
    }

    @Test func `listeners, the node and loops wait for a restart and keep their old values`() throws {
        let old = try Fixture.load().configuration
        let new = try Fixture.load(
            "node: { name: x, loops: 2 }\nlisteners: { client: { port: 9000 } }\nclient: { errors: 3 }"
        ).configuration
        let reload = ConfigurationReload.difference(old: old, new: new)
        #expect(reload.applied == ["client.errors changes from 10 to 3."])
        #expect(
            reload.postponed == [
                "node.name changes from machine-abcdef to x with the next restart.",
                "node.loops changes from 0 to 2 with the next restart.",
                "listeners.client.port changes from 8000 to 9000 with the next restart.",
            ]
        )
        var expected = old
        expected.client.limits.errors = 3
        #expect(reload.configuration == expected)
    }

    @Test func `the table says of every option whether it waits`() {
        let waiting = ConfigurationTable.options.filter { !$0.isReloadable }.map(\.path.description)
        #expect(
            waiting.allSatisfy { key in
                ["node.", "redis.", "cluster.", "listeners.", "shutdown.", "test."].contains { key.hasPrefix($0) }
                    || [
                        "engine", "ring.profile", "ring.secret", "ring.nodes", "client.connections", "api.insecure",
                        "api.body_size", "api.failures", "log.format",
                    ].contains(key)
            }
        )
        #expect(waiting.count == 38)
    }

    @Test func `a configuration that cannot be used changes nothing`() throws {
        let old = try Fixture.load().configuration
        let broken = ConfigurationSources(flags: [Fixture.set("client.errors", "none")])
        guard case .rejected(let problems) = ConfigurationReload.attempt(old: old, sources: broken, host: Fixture.host)
        else {
            Issue.record("accepted")
            return
        }
        #expect(problems.count == 1)
        let fine = ConfigurationSources(flags: [Fixture.set("client.errors", "3")])
        guard case .accepted(let reload) = ConfigurationReload.attempt(old: old, sources: fine, host: Fixture.host)
        else {
            Issue.record("rejected")
            return
        }
        #expect(reload.configuration.client.limits.errors == 3)
        #expect(reload.configuration.node.name == old.node.name)
    }

    @Test func `a change that is only safe after a restart is not taken before`() throws {
        let old = try Fixture.load().configuration
        let sources = ConfigurationSources(flags: [
            Fixture.set("listeners.client.address", "127.0.0.1"), Fixture.set("client.anonymous", "true"),
        ])
        guard case .rejected(let problems) = ConfigurationReload.attempt(old: old, sources: sources, host: Fixture.host)
        else {
            Issue.record("accepted")
            return
        }
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("client.anonymous: until the restart") == true)
    }
}
