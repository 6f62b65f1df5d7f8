extension ConfigurationTable {
    static func addEngine(to table: inout OptionTable<Configuration>) {
        table.choice(
            "engine",
            \.engine,
            "What carries messages and keeps history and presence: memory for a node that stands alone, redis for a "
                + "cluster."
        )
        table.secret(
            "redis.url",
            \.redis.url,
            "Where Redis is: redis://[user[:password]@]host[:port][/database], rediss:// for TLS, or unix:///path; empty "
                + "for redis://127.0.0.1:6379."
        )
        table.text(
            "redis.ca_file",
            \.redis.authorityFile,
            "PEM file of the authorities that a rediss:// server's certificate must come from; empty for those of the "
                + "system."
        )
        table.text(
            "redis.prefix",
            \.redis.prefix,
            "First word of every key and channel in Redis; clusters with different prefixes never meet."
        )
        table.size("redis.in_flight", \.redis.inFlight, 1 << 16...1 << 34, "Most bytes of commands without a reply.")
        let brief = Duration.milliseconds(50)...Duration.seconds(600)
        let durations: [(String, OptionTable<Configuration>.Field<Duration>, ClosedRange<Duration>, String)] = [
            ("redis.connect_timeout", \.redis.connectTimeout, brief, "Until a connection to Redis can be used."),
            (
                "redis.command_timeout", \.redis.commandTimeout, brief,
                "From a command to its reply; then clients get error 100."
            ),
            (
                "redis.probe_interval", \.redis.probeInterval, brief,
                "Between two messages of the node to itself; two that do not come back end the connection."
            ),
            (
                "redis.position_check", \.redis.positionCheck, brief,
                "Within which every quiet channel with history is compared with its stream."
            ),
            (
                "redis.linger", \.redis.linger, .zero ... .seconds(600),
                "From the last subscriber of a channel to the end of its subscription in Redis."
            ),
            ("cluster.heartbeat", \.cluster.heartbeat, brief, "Between two signs of life of a node."),
            (
                "cluster.lease", \.cluster.lease, .milliseconds(200) ... .seconds(3600),
                "From the last sign of life of a node to the removal of its members from presence."
            ),
        ]
        for (key, field, range, documentation) in durations { table.duration(key, field, range, documentation) }
    }
}
