import SkeinCore

extension ConfigurationTable {
    /// The rules of a namespace, and of channels without one.
    static let rules: [OptionBinding<ChannelRules>] = {
        var table = OptionTable(defaults: ChannelRules())
        Self.addAccess(to: &table)
        Self.addHistory(to: &table)
        Self.addDelivery(to: &table)
        return table.bindings
    }()

    /// The options of one token key.
    static let tokenKey: [OptionBinding<Configuration.TokenKey>] = {
        var table = OptionTable(defaults: Configuration.TokenKey())
        table.choice("algorithm", \.algorithm, "Signature algorithm of the tokens that name this key.", .reloadable)
        table.secret(
            "secret",
            \.secret,
            "Shared secret of an HS… algorithm, at least 32 bytes.",
            .reloadable
        )
        table.text(
            "public_key",
            \.publicKey,
            "Public key of every other algorithm: PEM text, or the path of a PEM file.",
            .reloadable
        )
        return table.bindings
    }()

    private static func addAccess(to table: inout OptionTable<ChannelRules>) {
        table.choice("subscribe", \.subscribe, "Who may subscribe.", .reloadable, except: .subscribers)
        table.choice("publish", \.publish, "Which clients may publish; the API always may.", .reloadable)
        table.choice("read_history", \.readHistory, "Who may read the history.", .reloadable)
        table.choice("read_presence", \.readPresence, "Who may read presence and its counts.", .reloadable)
        table.boolean(
            "anonymous",
            \.allowsAnonymous,
            "Whether sessions without a user may use these channels.",
            .reloadable
        )
        table.boolean("presence", \.presence, "Keeps who is subscribed.", .reloadable)
        table.boolean("join_leave", \.joinLeave, "Publishes join and leave events.", .reloadable)
        table.boolean(
            "push_join_leave",
            \.pushJoinLeave,
            "Every subscriber gets join and leave events, asked or not; needs join_leave.",
            .reloadable
        )
        table.count(
            "maximum_members",
            \.maximumMembers,
            0...1_000_000,
            "Most sessions in a channel's presence; 0 for no limit; needs presence.",
            .reloadable
        )
    }

    private static func addHistory(to table: inout OptionTable<ChannelRules>) {
        let year = Duration.seconds(366 * 86_400)
        table.count(
            "history_size",
            \.historySize,
            0...1_000_000,
            "Most publications that are kept; 0 for no history.",
            .reloadable
        )
        table.duration(
            "history_ttl",
            \.historyTTL,
            .zero...year,
            "How long they are kept; 0s for no history.",
            .reloadable
        )
        table.duration(
            "history_meta_ttl",
            \.historyMetaTTL,
            .seconds(1)...year,
            "How long a stream's epoch and offset outlive its last publication.",
            .reloadable
        )
        table.choice("recovery", \.recovery, "Whether subscriptions recover what they missed.", .reloadable)
        table.choice(
            "recovery_mode",
            \.recoveryMode,
            "What a recovery returns: all that was missed (stream) or the newest publication (cache).",
            .reloadable
        )
        table.choice("positioning", \.positioning, "Whether gaps are detected.", .reloadable)
    }

    private static func addDelivery(to table: inout OptionTable<ChannelRules>) {
        table.boolean("delta", \.delta, "Whether subscribers may ask for deltas.", .reloadable)
        table.duration(
            "idempotency_window",
            \.idempotencyWindow,
            .zero ... .seconds(86_400),
            "How long an idempotency key is remembered.",
            .reloadable
        )
        table.boolean(
            "exclude_sender",
            \.excludesSender,
            "Keeps a client's publication from the session that published it; not with recovery, positioning or delta.",
            .reloadable
        )
        table.choice("payload", \.payload, "What payloads are.", .reloadable)
        table.choice(
            "slow_consumer",
            \.slowConsumer,
            "What happens to a subscriber that does not keep up; only close goes with recovery, positioning or delta.",
            .reloadable
        )
    }
}
