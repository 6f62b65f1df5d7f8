/// Everything that accepting a session takes.
public struct ConnectPlan: Sendable {
    /// The command's id.
    public var id: UInt32
    /// The reply; `subs` is filled in by the shell as the subscriptions are made.
    public var result: ConnectResult
    /// Made before the reply.
    public var subscriptions: [SubscriptionPlan]
}

/// The `connect` command.
extension SessionMachine {
    mutating func connect(
        _ request: ConnectRequest,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        self.phase = .connecting
        if !request.token.isEmpty { return .verifyConnection(id: id, request) }
        guard policy.allowsAnonymous || policy.rulebook.isInsecure else {
            return .disconnect(.invalidToken)
        }
        return self.accept(Credentials(user: .anonymous), request: request, id: id, policy: policy, now: now)
    }

    /// The token of the `connect` command was verified.
    public mutating func authenticated(
        _ outcome: Result<Credentials, TokenRejection>,
        request: ConnectRequest,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        guard self.phase == .connecting else { return .none }
        switch outcome {
        case .failure(let rejection):
            return rejection.kind == .expired ? self.refuse(id, .tokenExpired) : .disconnect(.invalidToken)
        case .success(let credentials):
            if let timeLeft = credentials.timeLeft, timeLeft <= .zero {
                return self.refuse(id, .tokenExpired)
            }
            return self.accept(credentials, request: request, id: id, policy: policy, now: now)
        }
    }

    /// The session cannot be: tell why, then end. Clients that may try again do so on a new connection.
    public mutating func refuse(_ id: UInt32, _ code: ErrorCode) -> CommandAction {
        .refuse(Reply(id: id, .error(code)), .connectionClosed)
    }

    private mutating func accept(
        _ credentials: Credentials,
        request: ConnectRequest,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        self.user = credentials.user
        self.info = ClientInfo(
            user: credentials.user.text,
            client: self.clientID,
            connectionInfo: credentials.info
        )
        if let timeLeft = credentials.timeLeft { self.expiresAt = now + timeLeft }
        var plans: [SubscriptionPlan] = []
        for subscription in self.serverSubscriptions(of: credentials, request: request, policy: policy) {
            guard self.entries[subscription.channel] == nil else { continue }
            guard self.entries.count < policy.limits.channels else { return .disconnect(.channelLimit) }
            guard case .success(let plan) = self.plan(subscription, origin: .connect, policy: policy, now: now) else {
                return .disconnect(.badRequest)
            }
            self.entries[plan.channel] = Entry(isClientSide: false, expiresAt: plan.expiresAt, info: plan.info)
            plans.append(plan)
        }
        let result = ConnectResult(
            client: self.clientID,
            version: policy.version,
            ttl: credentials.timeLeft.map(Self.wholeSeconds),
            ping: Self.wholeSeconds(policy.limits.pingInterval),
            pong: true,
            node: policy.node
        )
        return .accept(ConnectPlan(id: id, result: result, subscriptions: plans))
    }

    /// The subscriptions of the plan are made, and the reply is on its way.
    public mutating func connected(firstPing: MonotonicInstant) {
        guard self.phase == .connecting else { return }
        self.phase = .connected
        self.keepAlive.start(firstPing: firstPing)
    }

    private func serverSubscriptions(
        of credentials: Credentials,
        request: ConnectRequest,
        policy: SessionPolicy
    ) -> [ServerSubscription] {
        var subscriptions = credentials.subscriptions
        if let namespace = policy.rulebook.personalNamespace,
            let channel = ChannelName.personal(of: self.user, namespace: namespace),
            case .found = policy.rulebook.lookUp(channel)
        {
            subscriptions.append(ServerSubscription(channel: channel))
        }
        return subscriptions.map { subscription in
            var subscription = subscription
            if let known = request.subs[subscription.channel], known.recover {
                subscription.recoverSince = known.position
            }
            return subscription
        }
    }

    /// Seconds for the wire, rounded up so that nothing that is left becomes nothing.
    static func wholeSeconds(_ duration: Duration) -> UInt32 {
        let (seconds, attoseconds) = duration.components
        let whole = UInt32(clamping: seconds)
        return attoseconds > 0 && whole < .max ? whole + 1 : whole
    }
}
