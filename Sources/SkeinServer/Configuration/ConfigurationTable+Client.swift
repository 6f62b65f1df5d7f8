import SkeinCore

extension ConfigurationTable {
    static func addClient(to table: inout OptionTable<Configuration>) {
        table.list(
            "client.allowed_origins",
            \.client.allowedOrigins,
            "Origins that browsers may connect from; empty for the same host only.",
            .reloadable
        )
        table.boolean("client.anonymous", \.client.allowsAnonymous, "Accepts connections without a token.", .reloadable)
        table.boolean(
            "client.insecure",
            \.client.isInsecure,
            "No token is needed and every channel rule answers yes; only with --dev.",
            .reloadable
        )
        table.boolean(
            "client.personal_channel",
            \.client.hasPersonalChannel,
            "Subscribes every user to the channel #<user> at connect.",
            .reloadable
        )
        table.text(
            "client.personal_namespace",
            \.client.personalNamespace,
            "Namespace of the personal channels; empty for none.",
            .reloadable
        )
        table.count(
            "client.handshake_rate",
            \.client.admission.rate,
            0...1_000_000,
            "WebSocket handshakes per second that the node takes; the others get 503 and are told when to come back; 0 for "
                + "any number.",
            .reloadable
        )
        table.count(
            "client.handshake_burst",
            \.client.admission.burst,
            1...1_000_000,
            "Handshakes that the node takes at once after a quiet time.",
            .reloadable
        )
        table.count(
            "client.connections",
            \.client.connections,
            0...10_000_000,
            "Most connections at once; 0 for what the descriptor limit allows."
        )
    }

    static func addClientLimits(to table: inout OptionTable<Configuration>) {
        let day = Duration.seconds(86_400)
        let brief = Duration.milliseconds(10)...Duration.seconds(3600)
        let documented: [(String, OptionTable<Configuration>.Field<Duration>, ClosedRange<Duration>, String)] = [
            (
                "ping_interval", \.client.limits.pingInterval, .milliseconds(100) ... .seconds(3600),
                "From one server ping to the next."
            ),
            (
                "pong_timeout", \.client.limits.pongTimeout, brief,
                "From a ping to the end of a connection that does not answer."
            ),
            (
                "handshake_timeout", \.client.limits.handshakeTimeout, brief,
                "From accept to the complete request head; an absolute deadline."
            ),
            ("connect_timeout", \.client.limits.connectTimeout, brief, "From the upgrade to the connect command."),
            (
                "close_timeout", \.client.limits.closeTimeout, brief,
                "From our close frame to the end of the TCP connection."
            ),
            ("write_timeout", \.client.limits.writeTimeout, brief, "How long waiting bytes may make no progress."),
            (
                "token_grace", \.client.limits.tokenGrace, .zero...day,
                "From the expiry of a token to the end of what it allowed."
            ),
            ("error_window", \.client.limits.errorWindow, brief, "The time in which client.errors counts."),
        ]
        for (key, field, range, documentation) in documented {
            table.duration("client.\(key)", field, range, documentation, .reloadable)
        }
    }

    static func addClientBudgets(to table: inout OptionTable<Configuration>) {
        table.size(
            "client.message_size",
            \.client.limits.messageSize,
            128...1 << 30,
            "Largest message from a client.",
            .reloadable
        )
        table.size(
            "client.queue_size",
            \.client.limits.queueSize,
            1024...1 << 30,
            "Most bytes that wait for one slow client.",
            .reloadable
        )
        let million = 1_000_000
        let documented: [(String, OptionTable<Configuration>.Field<Int>, ClosedRange<Int>, String)] = [
            ("message_fragments", \.client.limits.messageFragments, 1...million, "Most fragments of one message."),
            ("frame_commands", \.client.limits.frameCommands, 1...million, "Most commands in one frame."),
            ("channels", \.client.limits.channels, 1...million, "Most subscriptions of one session."),
            (
                "errors", \.client.limits.errors, 1...million,
                "Error replies within client.error_window that end a session."
            ),
            (
                "control_frames", \.client.limits.controlFrames, 1...million,
                "Ping, pong and empty frames per second that a client may send in the long run."
            ),
            ("control_frame_burst", \.client.limits.controlFrameBurst, 1...million, "Such frames at once."),
            ("history_limit", \.client.limits.historyLimit, 1...100_000, "Most publications in one history reply."),
        ]
        for (key, field, range, documentation) in documented {
            table.count("client.\(key)", field, range, documentation, .reloadable)
        }
    }
}
