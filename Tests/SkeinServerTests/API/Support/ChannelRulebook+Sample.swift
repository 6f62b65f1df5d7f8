import SkeinCore

extension ChannelRulebook {
    /// Channels without anything, and namespaces with one thing each.
    static let sample: ChannelRulebook = {
        var history = ChannelRules()
        history.historySize = 100
        history.historyTTL = .seconds(60)
        history.recovery = .onRequest
        var presence = ChannelRules()
        presence.presence = true
        var binary = history
        binary.payload = .binary
        var delta = history
        delta.delta = true
        return ChannelRulebook(
            maximumLength: 32,
            namespaces: ["history": history, "presence": presence, "binary": binary, "delta": delta]
        )
    }()
}
