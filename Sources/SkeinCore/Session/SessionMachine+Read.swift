/// The commands that read: `presence`, `presence_stats` and `history`.
extension SessionMachine {
    mutating func readPresence(
        _ action: CommandAction,
        of channel: ChannelName,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        switch self.readable(channel, access: \.readPresence, policy: policy) {
        case .failure(let failure): self.fail(id, failure.code, policy: policy, now: now)
        case .success(let rules) where rules.presence: action
        case .success: self.fail(id, .notAvailable, policy: policy, now: now)
        }
    }

    mutating func readHistory(
        _ request: HistoryRequest,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        switch self.readable(request.channel, access: \.readHistory, policy: policy) {
        case .failure(let failure): self.fail(id, failure.code, policy: policy, now: now)
        case .success(let rules) where rules.hasHistory: .readHistory(id: id, request, rules)
        case .success: self.fail(id, .notAvailable, policy: policy, now: now)
        }
    }

    private func readable(
        _ channel: ChannelName,
        access: KeyPath<ChannelRules, ChannelRules.Access>,
        policy: SessionPolicy
    ) -> Result<ChannelRules, ErrorCode.Failure> {
        switch policy.rulebook.lookUp(channel) {
        case .refused(let code):
            return .failure(.init(code))
        case .found(let rules):
            let isAllowed = Authorizer.allows(
                rules[keyPath: access],
                subject: self.subject(on: channel),
                rules: rules,
                isInsecure: policy.rulebook.isInsecure
            )
            return isAllowed ? .success(rules) : .failure(.init(.permissionDenied))
        }
    }
}
