/// Every option of the server, in the order of the reference page. The only place where a key, its range and its
/// meaning are written down.
enum ConfigurationTable {
    /// Options with a fixed path.
    static let root: [OptionBinding<Configuration>] = {
        var table = OptionTable(defaults: Configuration())
        Self.addNode(to: &table)
        Self.addEngine(to: &table)
        Self.addRing(to: &table)
        Self.addListeners(to: &table)
        Self.addClient(to: &table)
        Self.addClientLimits(to: &table)
        Self.addClientBudgets(to: &table)
        Self.addTokens(to: &table)
        Self.addServices(to: &table)
        return table.bindings
    }()

    /// The whole table in patterns: fixed options, `channels.rules`, `namespaces.<name>` and `tokens.keys.<kid>`.
    static let options: [ConfigurationOption] =
        Self.root.map(\.option)
        + Self.rules.map { $0.option.moved(below: .channelRules) }
        + Self.rules.map { $0.option.moved(below: .namespaces.appending("<name>")) }
        + Self.tokenKey.map { $0.option.moved(below: .tokenKeys.appending("<kid>")) }

    private static func addNode(to table: inout OptionTable<Configuration>) {
        table.text(
            "node.name",
            \.node.name,
            "Name of this node, unique among its peers; empty for the host name and six random hex digits."
        )
        table.text(
            "node.address",
            \.node.address,
            "Where clients and load balancers reach this node, as host:port, for the list of nodes; empty for what the "
                + "client listener is bound to."
        )
        table.count(
            "node.weight",
            \.node.weight,
            0...256,
            "Share of clients that the node is to own, as HAProxy's weight; 100 for an equal share.",
            .reloadable
        )
        table.text("node.zone", \.node.zone, "Where the node stands, for those who read the ring.")
        table.count("node.loops", \.node.loops, 0...64, "Event loops; 0 for one per core that the process may use.")
    }

    private static func addListeners(to table: inout OptionTable<Configuration>) {
        table.text(
            "listeners.client.address",
            \.listeners.client.address,
            "Address for WebSocket clients.",
            kind: .address
        )
        table.port("listeners.client.port", \.listeners.client.port, canShare: false, "Port for WebSocket clients.")
        table.boolean(
            "listeners.client.public",
            \.listeners.client.isPublic,
            "Says that other machines are meant to reach the client listener without a token; needed for "
                + "client.anonymous on an address that is not loopback."
        )
        table.boolean(
            "listeners.client.proxy_protocol",
            \.listeners.client.demandsProxyHeader,
            "Every connection to the client listener begins with a PROXY protocol header, version 1 or 2, from one of "
                + "listeners.trusted_proxies."
        )
        table.list(
            "listeners.trusted_proxies",
            \.listeners.trustedProxies,
            "Addresses and networks (CIDR) of the load balancers whose PROXY protocol headers are believed."
        )
        table.text(
            "listeners.agent.address",
            \.listeners.agent.address,
            "Address of the port for HAProxy's agent checks.",
            kind: .address
        )
        table.count(
            "listeners.agent.port",
            \.listeners.agent.port,
            0...65_535,
            "Port that tells HAProxy's agent checks whether the node takes clients; 0 for none."
        )
        table.text(
            "listeners.api.address",
            \.listeners.api.address,
            "Address of the HTTP API; without effect when the port is shared.",
            kind: .address
        )
        table.port("listeners.api.port", \.listeners.api.port, canShare: true, "Port of the HTTP API.")
        table.text(
            "listeners.admin.address",
            \.listeners.admin.address,
            "Address for health and metrics; without effect when the port is shared.",
            kind: .address
        )
        table.port("listeners.admin.port", \.listeners.admin.port, canShare: true, "Port for health and metrics.")
        table.boolean(
            "listeners.admin.public",
            \.listeners.admin.isPublic,
            "Says that health and metrics are meant to be reached from other machines; needed on an address that is "
                + "not loopback."
        )
    }

    private static func addTokens(to table: inout OptionTable<Configuration>) {
        table.count(
            "channels.maximum_length",
            \.channels.maximumLength,
            1...1024,
            "Longest channel name in bytes.",
            .reloadable
        )
        table.text(
            "tokens.audience",
            \.tokens.audience,
            "Audience that tokens must carry; empty for none.",
            .reloadable
        )
        table.text("tokens.issuer", \.tokens.issuer, "Issuer that tokens must carry; empty for none.", .reloadable)
        table.duration(
            "tokens.leeway",
            \.tokens.leeway,
            .zero ... .seconds(60),
            "How far clocks may differ when times in a token are compared.",
            .reloadable
        )
    }

    private static func addServices(to table: inout OptionTable<Configuration>) {
        table.secrets("api.keys", \.api.keys, "Accepted API keys of at least 16 characters.", .reloadable)
        table.boolean("api.insecure", \.api.isInsecure, "No API key is needed; only with --dev.")
        table.size("api.body_size", \.api.bodySize, 1024...1 << 30, "Largest body of an API request.")
        table.count(
            "api.failures",
            \.api.failures,
            1...1_000_000,
            "Wrong API keys per second and address before requests get 429."
        )
        table.choice("log.level", \.log.level, "Least severe level that is logged.", .reloadable)
        table.choice("log.format", \.log.format, "Lines for people (text) or one JSON object per line (json).")
        table.duration(
            "shutdown.grace",
            \.shutdown.grace,
            .zero ... .seconds(86_400),
            "From SIGTERM to the end of the last connection."
        )
        table.boolean("test.echo", \.test.servesEcho, "Serves /test/echo for conformance tests; only with --dev.")
    }
}
