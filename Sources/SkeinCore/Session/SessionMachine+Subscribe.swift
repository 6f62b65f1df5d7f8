/// The `subscribe` command, and subscriptions that the server makes.
extension SessionMachine {
    mutating func subscribe(
        _ request: SubscribeRequest,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        let rules: ChannelRules
        switch policy.rulebook.lookUp(request.channel) {
        case .refused(let code): return self.fail(id, code, policy: policy, now: now)
        case .found(let found): rules = found
        }
        guard self.entries[request.channel] == nil else {
            return self.fail(id, .alreadySubscribed, policy: policy, now: now)
        }
        guard self.entries.count < policy.limits.channels else {
            return self.fail(id, .limitExceeded, policy: policy, now: now)
        }
        guard request.type == 0, !request.hasTagFilter else {
            return self.fail(id, .notAvailable, policy: policy, now: now)
        }
        let plan = self.plan(request, id: id, rules: rules)
        let decision = Authorizer.subscribe(
            to: request.channel,
            rules: rules,
            user: self.user,
            hasToken: !request.token.isEmpty,
            isInsecure: policy.rulebook.isInsecure
        )
        switch decision {
        case .denied(let code):
            return self.fail(id, code, policy: policy, now: now)
        case .allowed:
            self.entries[request.channel] = Entry(isClientSide: true, info: plan.info)
            return .subscribe(plan.settled)
        case .verifyToken:
            self.entries[request.channel] = Entry(isClientSide: true, info: plan.info)
            return .verifySubscription(plan, token: request.token)
        }
    }

    /// The token of a `subscribe` command was verified.
    public mutating func verified(
        _ outcome: Result<SubscriptionGrant, TokenRejection>,
        for plan: SubscriptionPlan,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        guard self.phase == .connected else { return .none }
        switch outcome {
        case .failure(let rejection):
            self.entries[plan.channel] = nil
            return self.fail(
                id,
                rejection.kind == .expired ? .tokenExpired : .permissionDenied,
                policy: policy,
                now: now
            )
        case .success(let grant):
            guard self.belongs(grant, to: plan.channel) else { return .disconnect(.invalidToken) }
            if let timeLeft = grant.timeLeft, timeLeft <= .zero {
                self.entries[plan.channel] = nil
                return self.fail(id, .tokenExpired, policy: policy, now: now)
            }
            let plan = plan.granted(grant, now: now)
            self.entries[plan.channel]?.info = plan.info
            self.entries[plan.channel]?.expiresAt = plan.expiresAt
            return .subscribe(plan)
        }
    }

    /// Whether a token was made for this session and channel.
    func belongs(_ grant: SubscriptionGrant, to channel: ChannelName) -> Bool {
        grant.channel == channel && grant.user == self.user && (grant.client ?? self.clientID) == self.clientID
    }

    /// The server wants the session to be subscribed. `.failure` names what is in the way; nil when it already is.
    public mutating func subscribeByServer(
        _ subscription: ServerSubscription,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> Result<SubscriptionPlan, ErrorCode.Failure>? {
        guard self.phase == .connected else { return nil }
        guard self.entries[subscription.channel] == nil else {
            self.entries[subscription.channel]?.endsWith = nil
            return nil
        }
        guard self.entries.count < policy.limits.channels else { return .failure(.init(.limitExceeded)) }
        let plan = self.plan(subscription, origin: .server, policy: policy, now: now)
        if case .success(let plan) = plan {
            self.entries[plan.channel] = Entry(isClientSide: false, expiresAt: plan.expiresAt, info: plan.info)
        }
        return plan
    }

    /// What follows when a subscription has been made.
    public enum SubscribedAction: Sendable {
        /// It is live.
        case keep
        /// The session has closed meanwhile: undo it.
        case undo
        /// The server ended it meanwhile: undo it, and tell the client with this code.
        case end(UnsubscribeCode)
    }

    /// The subscription is made.
    public mutating func subscribed(
        _ plan: SubscriptionPlan,
        attachment: Attachment
    ) -> SubscribedAction {
        guard self.phase != .closed, var entry = self.entries[plan.channel] else { return .undo }
        if let code = entry.endsWith {
            self.entries[plan.channel] = nil
            return .end(code)
        }
        entry.isLive = true
        entry.holdsToken = plan.holdsToken
        entry.info = plan.info
        entry.attachment = attachment
        self.entries[plan.channel] = entry
        return .keep
    }

    /// The subscription could not be made.
    public mutating func failedToSubscribe(_ channel: ChannelName) {
        self.entries[channel] = nil
    }

    private func plan(_ request: SubscribeRequest, id: UInt32, rules: ChannelRules) -> SubscriptionPlan {
        let isRecoverable = rules.recovery == .always || (rules.recovery == .onRequest && request.recoverable)
        let isPositioned = rules.positioning == .always || (rules.positioning == .onRequest && request.positioned)
        return SubscriptionPlan(
            channel: request.channel,
            rules: rules,
            origin: .client(commandID: id),
            isPositioned: (isPositioned || isRecoverable) && rules.hasHistory,
            isRecoverable: isRecoverable && rules.hasHistory,
            recoverSince: request.recover && rules.hasHistory ? request.position : nil,
            rejectsUnrecovered: request.flag & SubscribeRequest.rejectUnrecovered != 0,
            delta: rules.delta && request.delta == "fossil",
            entersPresence: rules.presence,
            announcesJoinLeave: rules.joinLeave,
            receivesJoinLeave: rules.pushJoinLeave || (rules.joinLeave && request.joinLeave),
            info: self.info,
            holdsToken: false,
            timeLeft: nil,
            expiresAt: .distantFuture,
            data: nil
        )
    }

    func plan(
        _ subscription: ServerSubscription,
        origin: SubscriptionOrigin,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> Result<SubscriptionPlan, ErrorCode.Failure> {
        let rules: ChannelRules
        switch policy.rulebook.lookUp(subscription.channel) {
        case .refused(let code): return .failure(.init(code))
        case .found(let found): rules = found
        }
        var plan = self.plan(SubscribeRequest(channel: subscription.channel), id: 0, rules: rules)
        plan.origin = origin
        plan.recoverSince = rules.hasHistory ? subscription.recoverSince : nil
        plan.timeLeft = subscription.timeLeft
        plan.expiresAt = subscription.timeLeft.map { now + $0 } ?? .distantFuture
        plan.data = subscription.data
        return .success(plan.with(info: subscription.info, overrides: subscription.overrides).settled)
    }
}

extension SubscriptionPlan {
    /// The plan after its token was accepted.
    func granted(_ grant: SubscriptionGrant, now: MonotonicInstant) -> SubscriptionPlan {
        var plan = self.with(info: grant.info, overrides: grant.overrides)
        plan.holdsToken = true
        plan.timeLeft = grant.timeLeft
        plan.expiresAt = grant.timeLeft.map { now + $0 } ?? .distantFuture
        return plan.settled
    }

    func with(info channelInfo: [UInt8]?, overrides: SubscriptionOverrides) -> SubscriptionPlan {
        var plan = self
        if let channelInfo {
            plan.info = ClientInfo(
                user: self.info.user,
                client: self.info.client,
                connectionInfo: self.info.connectionInfo,
                channelInfo: channelInfo
            )
        }
        plan.entersPresence = overrides.presence ?? plan.entersPresence
        plan.announcesJoinLeave = overrides.joinLeave ?? plan.announcesJoinLeave
        plan.receivesJoinLeave = overrides.forcePushJoinLeave ?? plan.receivesJoinLeave
        if self.rules.canFollowPositions {
            plan.isRecoverable = overrides.forceRecovery ?? plan.isRecoverable
            plan.isPositioned = (overrides.forcePositioning ?? plan.isPositioned) || plan.isRecoverable
            if overrides.forceRecovery == false { plan.recoverSince = nil }
        }
        return plan
    }

    /// Without the position that the client asked to recover from, when nothing lets this subscription recover.
    var settled: SubscriptionPlan {
        var plan = self
        if self.rules.recovery == .off, !self.isRecoverable { plan.recoverSince = nil }
        return plan
    }
}

extension ErrorCode {
    /// An error code as a Swift error.
    public struct Failure: Error, Sendable, Equatable {
        /// What the client gets.
        public var code: ErrorCode

        /// Wraps a code.
        public init(_ code: ErrorCode) {
            self.code = code
        }
    }
}
