import Logging
import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct ConfigurationLoadingTests {
    typealias Fixture = ConfigurationFixture

    @Test func `without any source the defaults are loaded and the node gets a name`() throws {
        var expected = Configuration()
        expected.node.name = "machine-abcdef"
        #expect(try Fixture.load().configuration == expected)
    }

    @Test func `flags win over the environment, that over the file, that over the profile, that over defaults`() throws
    {
        let yaml = "namespaces:\n  chat:\n    history_size: 2\n"
        let variable = ["SKEIN_NAMESPACES_CHAT_HISTORY_SIZE": "3"]
        let flag = Fixture.set("namespaces.chat.history_size", "4")
        func size(_ yaml: String?, _ environment: [String: String], _ flags: [ConfigurationFlag]) throws -> Int? {
            try Fixture.load(yaml, environment: environment, flags: flags, development: true).configuration
                .namespaces["chat"]?.historySize
        }
        #expect(ChannelRules().historySize == 0)
        #expect(try size(nil, [:], []) == 100)
        #expect(try size(yaml, [:], []) == 2)
        #expect(try size(yaml, variable, []) == 3)
        #expect(try size(yaml, variable, [flag]) == 4)
        #expect(try size(yaml, variable, [flag, Fixture.set("namespaces.chat.history_size", "5")]) == 5)
        #expect(try size(yaml, [:], [flag]) == 4)
    }

    @Test func `a file is laid over the profile key by key`() throws {
        let loaded = try Fixture.load("namespaces: { chat: { history_size: 7 } }", development: true)
        let chat = try #require(loaded.configuration.namespaces["chat"])
        #expect(chat.historySize == 7)
        #expect(chat.historyTTL == .seconds(3600))
        #expect(chat.recovery == .always)
    }

    @Test func `every section of a file is read`() throws {
        let yaml = """
            node: { name: n1, loops: 4 }
            listeners:
              client: { address: 127.0.0.1, port: 9000 }
              api: { port: shared }
              admin: { address: "::1", port: 0 }
            client:
              allowed_origins: ["https://a.example", https://b.example]
              ping_interval: 1s
              message_size: 1MiB
              personal_channel: true
              personal_namespace: user
            channels: { maximum_length: 100, rules: { subscribe: anyone } }
            namespaces: { user: , "a-b": { payload: binary } }
            tokens:
              keys: { "2024.k": { secret: 01234567890123456789012345678901 } }
              audience: app
              leeway: 5s
            api: { keys: [0123456789abcdef] }
            log: { level: debug, format: json }
            shutdown: { grace: 1m }
            """
        let configuration = try Fixture.load(yaml).configuration
        #expect(
            configuration.node
                == {
                    var node = Configuration.Node()
                    node.name = "n1"
                    node.loops = 4
                    return node
                }()
        )
        #expect(configuration.listeners.api.port == .shared)
        #expect(configuration.listeners.admin.address == "::1")
        #expect(configuration.client.allowedOrigins == ["https://a.example", "https://b.example"])
        #expect(configuration.client.limits.pingInterval == .seconds(1))
        #expect(configuration.client.limits.messageSize == 1_048_576)
        #expect(configuration.rulebook.personalNamespace == "user")
        #expect(configuration.rulebook.maximumLength == 100)
        #expect(configuration.rulebook.rules.subscribe == .anyone)
        #expect(configuration.namespaces["user"] == ChannelRules())
        #expect(configuration.namespaces["a-b"]?.payload == .binary)
        #expect(configuration.tokens.keys["2024.k"]?.secret.revealed == "01234567890123456789012345678901")
        #expect(configuration.tokens.audience == "app")
        #expect(configuration.tokens.leeway == .seconds(5))
        #expect(configuration.api.keys == [Secret("0123456789abcdef")])
        #expect(configuration.log.level == .debug)
        #expect(configuration.log.format == .json)
        #expect(configuration.shutdown.grace == .seconds(60))
    }

    @Test func `environment variables name namespaces and keys`() throws {
        let environment = [
            "SKEIN_CLIENT_PING_INTERVAL": "3s",
            "SKEIN_CLIENT_ALLOWED_ORIGINS": "https://a, https://b,",
            "SKEIN_NAMESPACES_MY_ROOM_JOIN_LEAVE": "true",
            "SKEIN_NAMESPACES_MY_ROOM_PUSH_JOIN_LEAVE": "true",
            "SKEIN_TOKENS_KEYS_MAIN_SECRET": "01234567890123456789012345678901",
            "PATH": "/bin", "SKEINX": "1",
        ]
        let configuration = try Fixture.load(environment: environment).configuration
        #expect(configuration.client.limits.pingInterval == .seconds(3))
        #expect(configuration.client.allowedOrigins == ["https://a", "https://b"])
        #expect(Array(configuration.namespaces.keys) == ["my_room"])
        #expect(configuration.namespaces["my_room"]?.pushJoinLeave == true)
        #expect(configuration.namespaces["my_room"]?.joinLeave == true)
        #expect(configuration.tokens.keys["main"]?.secret.revealed.count == 32)
    }

    @Test func `a name in the file wins over guessing from a variable`() throws {
        let yaml = "namespaces: { a_push: { }, camelCase: { }, \"with-dash\": { } }"
        let environment = [
            "SKEIN_NAMESPACES_A_PUSH_JOIN_LEAVE": "true", "SKEIN_NAMESPACES_CAMELCASE_PRESENCE": "true",
            "SKEIN_NAMESPACES_WITH_DASH_DELTA": "true",
        ]
        let namespaces = try Fixture.load(yaml, environment: environment).configuration.namespaces
        #expect(namespaces.keys.sorted() == ["a_push", "camelCase", "with-dash"])
        #expect(namespaces["a_push"]?.joinLeave == true)
        #expect(namespaces["camelCase"]?.presence == true)
        #expect(namespaces["with-dash"]?.delta == true)
    }

    @Test func `a variable that fits two names is refused`() {
        let problems = Fixture.problems(
            "namespaces: { a-b: { }, a_b: { } }",
            environment: ["SKEIN_NAMESPACES_A_B_DELTA": "true"]
        )
        #expect(
            problems == [
                "SKEIN_NAMESPACES_A_B_DELTA: could mean namespaces.a-b.delta or namespaces.a_b.delta; "
                    + "set it in the file."
            ]
        )
    }

    @Test func `the variable SKEIN_CONFIG names the file unless a flag does`() throws {
        let sources = ConfigurationSources(environment: ["SKEIN_CONFIG": "/a"])
        #expect(sources.effectiveFile == "/a")
        #expect(ConfigurationSources(file: "/b", environment: ["SKEIN_CONFIG": "/a"]).effectiveFile == "/b")
        #expect(
            Fixture.problems(environment: ["SKEIN_CONFIG": "/a"])
                == ["/a: cannot be read (No such file or directory); name another file with --config."]
        )
    }

    @Test func `a public key is PEM text or the path of a file with one`() throws {
        let pem = "-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----\n"
        let yaml = "tokens: { keys: { k: { algorithm: ES256, public_key: /k.pem } } }"
        let key = try Fixture.load(yaml, files: ["/k.pem": pem]).configuration.tokens.keys["k"]
        #expect(key?.publicKey == pem)
        #expect(key?.algorithm == .es256)
        #expect(Fixture.problems(yaml, files: ["/k.pem": "x"]).count == 1)
        let missing = Fixture.problems(yaml)
        #expect(missing.count == 1)
        #expect(
            missing.first?.hasPrefix("tokens.keys.k.public_key (skein.yaml:1): the file /k.pem cannot be read") == true
        )
    }

    @Test func `with --dev there is a profile, and a key that the random bytes make`() throws {
        let configuration = try Fixture.load(development: true).configuration
        #expect(configuration.isDevelopment)
        #expect(configuration.listeners.client.address == "127.0.0.1")
        #expect(configuration.listeners.plan.map(\.roles) == [[.client, .api, .admin]])
        #expect(configuration.api.isInsecure)
        #expect(configuration.client.allowsAnonymous)
        #expect(configuration.namespaces.keys.sorted() == ["chat", "typing"])
        #expect(configuration.tokens.keys["dev"]?.secret.revealed == String(repeating: "5a", count: 32))
        #expect(configuration.namespaces["typing"]?.excludesSender == true)
        #expect(configuration.channels.rules.recovery == .onRequest)
        let own = try Fixture.load("tokens: { keys: { k: { secret: short } } }", development: true)
        #expect(Array(own.configuration.tokens.keys.keys) == ["k"])
    }

    @Test func `roles with one address and port share a listener, port 0 never by accident`() {
        var listeners = Configuration.Listeners()
        #expect(listeners.plan.map(\.roles) == [[.client], [.api], [.admin]])
        listeners.admin = listeners.api
        #expect(listeners.plan.map(\.roles) == [[.client], [.api, .admin]])
        listeners.api.port = .number(0)
        listeners.admin.port = .number(0)
        #expect(listeners.plan.map(\.roles) == [[.client], [.api], [.admin]])
        listeners.client.port = .number(0)
        listeners.api.port = .shared
        #expect(listeners.plan.map(\.roles) == [[.client, .api], [.admin]])
    }

    @Test func `connections default to what the descriptor limit leaves`() {
        var configuration = Configuration()
        #expect(configuration.maximumConnections(descriptorLimit: 1024) == 992)
        #expect(configuration.maximumConnections(descriptorLimit: 10) == 1)
        #expect(configuration.maximumConnections(descriptorLimit: .max) == .max - 32)
        configuration.client.connections = 5
        #expect(configuration.maximumConnections(descriptorLimit: 1024) == 5)
    }
}
