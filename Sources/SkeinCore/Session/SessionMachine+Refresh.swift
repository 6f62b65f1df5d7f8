/// The `refresh` and `sub_refresh` commands: new tokens for a session and for a subscription.
extension SessionMachine {
    mutating func refresh(
        _ token: String,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        guard !token.isEmpty else { return self.fail(id, .badRequest, policy: policy, now: now) }
        return .verifyRefresh(id: id, token: token)
    }

    /// The token of a `refresh` command was verified. A bad token, or that of another user, ends the session.
    public mutating func refreshed(
        _ outcome: Result<Credentials, TokenRejection>,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        guard self.phase == .connected else { return .none }
        switch outcome {
        case .failure(let rejection):
            guard rejection.kind == .expired else { return .disconnect(.invalidToken) }
            return self.fail(id, .tokenExpired, policy: policy, now: now)
        case .success(let credentials):
            guard credentials.user == self.user else { return .disconnect(.invalidToken) }
            if let timeLeft = credentials.timeLeft, timeLeft <= .zero {
                return self.fail(id, .expired, policy: policy, now: now)
            }
            let ttl = self.extend(by: credentials.timeLeft, now: now)
            return .reply(
                Reply(id: id, .refresh(RefreshResult(client: self.clientID, version: policy.version, ttl: ttl)))
            )
        }
    }

    /// The session lives `timeLeft` from now on, or without an end. Returns the seconds for the client.
    public mutating func extend(by timeLeft: Duration?, now: MonotonicInstant) -> UInt32? {
        self.expiresAt = timeLeft.map { now + $0 } ?? .distantFuture
        return timeLeft.map(Self.wholeSeconds)
    }

    /// What others see of the session from its next subscription or publication on.
    public mutating func replaceInfo(_ connectionInfo: [UInt8]) {
        self.info = ClientInfo(user: self.user.text, client: self.clientID, connectionInfo: connectionInfo)
    }

    mutating func refreshSubscription(
        _ request: SubRefreshRequest,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        guard let entry = self.entries[request.channel], entry.isClientSide, !request.token.isEmpty else {
            return self.fail(id, .badRequest, policy: policy, now: now)
        }
        return .verifySubRefresh(id: id, channel: request.channel, token: request.token)
    }

    /// The token of a `sub_refresh` command was verified. A bad token, or that of another subscription, ends the session.
    public mutating func refreshedSubscription(
        _ outcome: Result<SubscriptionGrant, TokenRejection>,
        id: UInt32,
        channel: ChannelName,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        guard self.phase == .connected else { return .none }
        switch outcome {
        case .failure(let rejection):
            guard rejection.kind == .expired else { return .disconnect(.invalidToken) }
            return self.fail(id, .tokenExpired, policy: policy, now: now)
        case .success(let grant):
            guard self.belongs(grant, to: channel) else { return .disconnect(.invalidToken) }
            guard self.entries[channel] != nil else { return self.fail(id, .badRequest, policy: policy, now: now) }
            if let timeLeft = grant.timeLeft, timeLeft <= .zero {
                return self.fail(id, .expired, policy: policy, now: now)
            }
            self.entries[channel]?.expiresAt = grant.timeLeft.map { now + $0 } ?? .distantFuture
            return .reply(Reply(id: id, .subRefresh(SubRefreshResult(ttl: grant.timeLeft.map(Self.wholeSeconds)))))
        }
    }
}
