/// Everything that a client's publication takes.
public struct PublishPlan: Sendable {
    /// Where to.
    public var channel: ChannelName
    /// The channel's rules.
    public var rules: ChannelRules
    /// What to publish, without a position.
    public var publication: Publication

    @inlinable
    init(channel: ChannelName, rules: ChannelRules, publication: Publication) {
        self.channel = channel
        self.rules = rules
        self.publication = publication
    }
}

/// The `publish` command.
extension SessionMachine {
    @inlinable
    mutating func publish(
        _ request: PublishRequest,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        let rules: ChannelRules
        switch policy.rulebook.lookUp(request.channel) {
        case .refused(let code): return self.fail(id, code, policy: policy, now: now)
        case .found(let found): rules = found
        }
        let isAllowed = Authorizer.allows(
            rules.publish,
            subject: self.subject(on: request.channel),
            rules: rules,
            isInsecure: policy.rulebook.isInsecure
        )
        guard isAllowed else { return self.fail(id, .permissionDenied, policy: policy, now: now) }
        guard !request.data.isEmpty else { return self.fail(id, .badRequest, policy: policy, now: now) }
        let publication = Publication(
            data: request.data,
            info: self.entries[request.channel]?.info ?? self.info,
            allowsDelta: rules.delta,
            excludedClient: rules.excludesSender ? self.clientID : nil
        )
        return .publish(id: id, PublishPlan(channel: request.channel, rules: rules, publication: publication))
    }
}
