import SkeinCore

extension SessionPolicy {
    /// A policy over ``ChannelRulebook/sample``.
    static func sample(
        limits: SessionLimits = SessionLimits(),
        allowsAnonymous: Bool = true,
        change: (inout ChannelRulebook) -> Void = { _ in }
    ) -> SessionPolicy {
        var rulebook = ChannelRulebook.sample
        change(&rulebook)
        return SessionPolicy(
            limits: limits,
            rulebook: rulebook,
            allowsAnonymous: allowsAnonymous,
            version: "1.2.3",
            node: "node-a"
        )
    }
}

extension ChannelRulebook {
    /// One namespace for each thing that the session tests need.
    static let sample = ChannelRulebook(
        namespaces: [
            "open": .open,
            "token": .with {
                $0.presence = true
                $0.historySize = 10
                $0.historyTTL = .seconds(60)
                $0.publish = .tokenHolders
                $0.readHistory = .tokenHolders
            },
            "members": .with(from: .open) {
                $0.publish = .subscribers
                $0.readHistory = .subscribers
                $0.readPresence = .subscribers
            },
            "bare": .with {
                $0.subscribe = .anyone
                $0.readHistory = .anyone
                $0.readPresence = .anyone
            },
            "closed": .with {
                $0.subscribe = .nobody
                $0.readHistory = .nobody
                $0.readPresence = .nobody
            },
            "recovering": .with(from: .open) { $0.recovery = .always },
            "asking": .with(from: .open) {
                $0.recovery = .onRequest
                $0.positioning = .onRequest
                $0.delta = true
            },
        ]
    )
}

extension ChannelRules {
    /// Everybody may do everything, and presence and history are kept.
    static let open = ChannelRules.with {
        $0.subscribe = .anyone
        $0.publish = .anyone
        $0.readHistory = .anyone
        $0.readPresence = .anyone
        $0.presence = true
        $0.joinLeave = true
        $0.historySize = 10
        $0.historyTTL = .seconds(60)
    }

    /// `base` with changes.
    static func with(from base: ChannelRules = ChannelRules(), _ change: (inout ChannelRules) -> Void) -> ChannelRules {
        var rules = base
        change(&rules)
        return rules
    }
}
