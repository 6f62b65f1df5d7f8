import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct ConfigurationTableTests {
    @Test(arguments: ConfigurationTable.options.map(\.path))
    func `every default survives being written and read`(_ path: ConfigurationPath) throws {
        let option = try #require(ConfigurationTable.options.first { $0.path == path })
        #expect(option.kind.render(try option.kind.parse(option.defaultText)) == option.defaultText)
        #expect(option.documentation.hasSuffix("."))
    }

    @Test func `no two options share a path or an environment variable`() {
        let options = ConfigurationTable.options
        #expect(Set(options.map(\.path)).count == options.count)
        #expect(Set(options.map(\.path.environmentName)).count == options.count)
    }

    /// The keys, defaults and order of the contract with operators; a change here is a change for them.
    @Test func `keys and defaults are the documented ones`() {
        let defaults = Dictionary(
            uniqueKeysWithValues: ConfigurationTable.options.map { ($0.path.description, $0.defaultText) }
        )
        let documented = [
            "node.name": "", "node.address": "", "node.loops": "0", "node.weight": "100", "node.zone": "",
            "engine": "memory", "redis.url": "",
            "redis.ca_file": "", "redis.prefix": "skein", "redis.in_flight": "64MiB", "redis.connect_timeout": "1s",
            "redis.command_timeout": "4s", "redis.probe_interval": "5s", "redis.position_check": "10s",
            "redis.linger": "5s", "cluster.heartbeat": "1s", "cluster.lease": "4s",
            "ring.profile": "haproxy(crc32,avalanche,id)", "ring.secret": "", "ring.cookie": "true",
            "ring.rebalance": "lazy", "ring.rebalance_rate": "100", "ring.settle": "10s", "ring.nodes": "",
            "drain.delay": "2s", "drain.rate": "500", "listeners.client.proxy_protocol": "false",
            "listeners.trusted_proxies": "", "listeners.agent.address": "127.0.0.1", "listeners.agent.port": "0",
            "client.handshake_rate": "5000", "client.handshake_burst": "10000",
            "listeners.client.address": "0.0.0.0", "listeners.client.port": "8000",
            "listeners.api.address": "127.0.0.1", "listeners.api.port": "8001",
            "listeners.admin.address": "127.0.0.1", "listeners.admin.port": "8002", "listeners.admin.public": "false",
            "client.allowed_origins": "", "client.anonymous": "false", "client.insecure": "false",
            "client.ping_interval": "25s", "client.pong_timeout": "8s", "client.handshake_timeout": "5s",
            "client.connect_timeout": "10s", "client.close_timeout": "5s", "client.write_timeout": "10s",
            "client.token_grace": "25s", "client.message_size": "64KiB", "client.message_fragments": "1024",
            "client.frame_commands": "64", "client.queue_size": "1MiB", "client.channels": "128",
            "client.errors": "10", "client.error_window": "10s", "client.control_frames": "50",
            "client.control_frame_burst": "100", "client.connections": "0", "client.history_limit": "300",
            "client.personal_channel": "false", "client.personal_namespace": "", "channels.maximum_length": "255",
            "tokens.audience": "", "tokens.issuer": "", "tokens.leeway": "0s", "tokens.keys.<kid>.algorithm": "HS256",
            "tokens.keys.<kid>.secret": "", "tokens.keys.<kid>.public_key": "", "api.keys": "",
            "api.insecure": "false", "api.body_size": "1MiB", "api.failures": "5", "log.level": "info",
            "log.format": "text", "shutdown.grace": "30s", "test.echo": "false",
        ]
        let rules = [
            "subscribe": "token_holders", "publish": "nobody", "read_history": "subscribers",
            "read_presence": "subscribers", "anonymous": "false", "presence": "false", "join_leave": "false",
            "push_join_leave": "false", "history_size": "0", "history_ttl": "0s", "history_meta_ttl": "30d",
            "recovery": "off", "recovery_mode": "stream", "positioning": "off", "delta": "false",
            "idempotency_window": "5m", "exclude_sender": "false", "payload": "json", "slow_consumer": "close",
            "maximum_members": "0",
        ]
        for (key, value) in documented { #expect(defaults[key] == value, "\(key)") }
        for (key, value) in rules {
            #expect(defaults["channels.rules.\(key)"] == value, "\(key)")
            #expect(defaults["namespaces.<name>.\(key)"] == value, "\(key)")
        }
        #expect(defaults.count == documented.count + 2 * rules.count + 1)
        #expect(defaults["listeners.client.public"] == "false")
    }

    /// Each value differs from the default, so a line of the table that writes the wrong field, or none, is found.
    @Test(arguments: ConfigurationTable.options.map(\.path))
    func `every option changes what it reads, and nothing else`(_ path: ConfigurationPath) throws {
        let option = try #require(ConfigurationTable.options.first { $0.path == path })
        let real = ConfigurationPath(path.components.map { $0 == "<name>" ? "n" : $0 == "<kid>" ? "k" : $0 })
        let text = Self.otherText(for: option)
        let layer = ConfigurationLayer(flags: [ConfigurationFixture.set(real.description, text)])
        #expect(layer.problems.isEmpty)
        func changes<Root>(_ root: Root, _ bindings: [OptionBinding<Root>], key: String) throws -> [String] {
            let binding = try #require(bindings.first { $0.option.path.description == key })
            var changed = root
            binding.write(&changed, try option.kind.parse(text))
            return bindings.filter { $0.read(root) != $0.read(changed) }.map(\.option.path.description)
        }
        let last = path.components[path.components.count - 1]
        if path.components.contains("<kid>") {
            #expect(try changes(Configuration.TokenKey(), ConfigurationTable.tokenKey, key: last) == [last])
        } else if path.components.contains("<name>") || path.description.hasPrefix("channels.rules.") {
            #expect(try changes(ChannelRules(), ConfigurationTable.rules, key: last) == [last])
        } else {
            let key = path.description
            #expect(try changes(Configuration(), ConfigurationTable.root, key: key) == [key])
        }
    }

    private static func otherText(for option: ConfigurationOption) -> String {
        switch option.kind {
        case .duration(let range):
            let value = option.kind.render(.duration(range.upperBound))
            return value == option.defaultText ? option.kind.render(.duration(range.lowerBound)) : value
        case .size(let range): return option.kind.render(.integer(range.upperBound))
        case .count(let range): return "\(range.upperBound)"
        case .boolean: return option.defaultText == "true" ? "false" : "true"
        case .text, .list: return "other"
        case .address: return "10.1.2.3"
        case .port: return "4321"
        case .choice(let words): return words.last { $0 != option.defaultText } ?? ""
        }
    }
}
