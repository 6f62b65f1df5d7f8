import SkeinCore

/// The shell's half of a random history: late answers, the server API, time and the end.
extension SessionHistory {
    mutating func answer() throws {
        guard !self.questions.isEmpty else { return }
        let question = self.questions.remove(at: Int.random(in: 0..<self.questions.count, using: &self.random))
        switch question {
        case .making(let plan) where self.random.oneIn(6):
            self.machine.failedToSubscribe(plan.channel)
            self.model.memberships[plan.channel] = nil
            self.count("failed")
        case .making(let plan): try self.make(plan)
        case .verification(let plan, let id): try self.verify(plan, id: id)
        case .refresh(let id): try self.refresh(id: id)
        case .subRefresh(let channel, let id): try self.refresh(channel, id: id)
        }
    }

    mutating func make(_ plan: SubscriptionPlan) throws {
        self.count("made")
        let attachment = "\(plan.channel) \(self.counts["made"] ?? 0)"
        let action = self.machine.subscribed(plan, attachment: attachment)
        switch (action, self.model.memberships[plan.channel]) {
        case (.end, .some(let membership)) where membership.isEnding:
            self.model.memberships[plan.channel] = nil
            self.count("made and ended")
        case (.keep, .some(let membership)) where !membership.isEnding && membership.attachment == nil:
            self.model.memberships[plan.channel]?.attachment = attachment
            self.model.memberships[plan.channel]?.holdsToken = plan.holdsToken
            self.model.memberships[plan.channel]?.expiresAt = plan.timeLeft.map { self.now + $0 }
        default:
            throw Difference(description: "\(plan.channel) came to \(action)")
        }
    }

    private mutating func verify(_ plan: SubscriptionPlan, id: UInt32) throws {
        var grant = SubscriptionGrant(user: "ann", channel: plan.channel)
        let kind = Int.random(in: 0..<60, using: &self.random)
        switch kind {
        case 0..<20: grant.timeLeft = .seconds(Int.random(in: 1...40, using: &self.random))
        case 20..<23: grant.timeLeft = .zero
        case 29: grant.user = "bob"
        default: break
        }
        let rejection: TokenRejection? =
            switch kind {
            case 23..<26: TokenRejection(.expired, reason: "exp")
            case 26..<29: TokenRejection(.invalid, reason: "signature")
            default: nil
            }
        let expected: SessionOutcome =
            switch kind {
            case 20..<26: .error(.tokenExpired)
            case 26..<29: .error(.permissionDenied)
            case 29: .disconnect(.invalidToken)
            default: .subscribe(plan.channel)
            }
        let outcome = rejection.map { .failure($0) } ?? Result<SubscriptionGrant, TokenRejection>.success(grant)
        let action = self.machine.verified(outcome, for: plan, id: id, policy: self.policy, now: self.now)
        try self.require(action.outcome == expected, "a token is \(action.outcome), not \(expected)")
        switch action {
        case .subscribe(let plan) where plan.timeLeft == nil: self.questions.append(.making(plan))
        case .subscribe(let plan): try self.make(plan)
        case .disconnect: try self.close()
        default: self.model.memberships[plan.channel] = nil
        }
    }

    private mutating func refresh(id: UInt32) throws {
        let seconds = Int.random(in: 0...60, using: &self.random)
        let credentials = Credentials(user: "ann", timeLeft: seconds == 60 ? nil : .seconds(seconds))
        let action = self.machine.refreshed(.success(credentials), id: id, policy: self.policy, now: self.now)
        let expected: SessionOutcome = seconds == 0 ? .error(.expired) : .reply(.refresh)
        try self.require(action.outcome == expected, "a refresh is \(action.outcome), not \(expected)")
        if seconds > 0 { self.model.expiresAt = credentials.timeLeft.map { self.now + $0 } }
        self.count("refresh")
    }

    private mutating func refresh(_ channel: ChannelName, id: UInt32) throws {
        // A subscription that the client has made anew meanwhile is another one.
        guard !self.model.isPending(channel) else { return self.questions.append(.subRefresh(channel, id: id)) }
        let seconds = Int.random(in: 0...40, using: &self.random)
        let grant = SubscriptionGrant(user: "ann", channel: channel, timeLeft: .seconds(seconds))
        let isThere = self.model.memberships[channel]?.isClientSide
        guard isThere != false else { return }
        let action = self.machine.refreshedSubscription(
            .success(grant),
            id: id,
            channel: channel,
            policy: self.policy,
            now: self.now
        )
        let expected: SessionOutcome =
            isThere == nil ? .error(.badRequest) : seconds == 0 ? .error(.expired) : .reply(.subRefresh)
        try self.require(action.outcome == expected, "a sub_refresh is \(action.outcome), not \(expected)")
        if case .reply(.subRefresh) = expected {
            self.model.memberships[channel]?.expiresAt = self.now + .seconds(seconds)
        }
        self.count("sub_refresh")
    }

    /// The server API.
    mutating func interfere() throws {
        let channel = self.random.pick(self.channels)
        let membership = self.model.memberships[channel]
        guard self.random.oneIn(3) else {
            switch (self.machine.unsubscribeByServer(channel, code: .server), membership) {
            case (.none, .none): break
            case (.later, .some(let membership)) where membership.attachment == nil:
                self.model.memberships[channel]?.isEnding = true
                self.count("later")
            case (.end(let ended), .some(let membership)) where membership.attachment != nil:
                try self.end(ended, "ended")
            case (let action, _): throw Difference(description: "the end of \(channel) is \(action)")
            }
            return
        }
        guard membership?.isEnding != true else { return }
        let refusal: ErrorCode? =
            self.model.memberships.count == self.model.limit ? .limitExceeded : SessionModel.facts[channel]?.refusal
        switch self.machine.subscribeByServer(ServerSubscription(channel: channel), policy: self.policy, now: self.now)
        {
        case nil: try self.require(membership != nil, "the server's subscription to \(channel) is lost")
        case .failure(let failure)?: try self.require(failure.code == refusal, "\(channel): \(failure.code)")
        case .success(let plan)?:
            try self.require(membership == nil && refusal == nil, "the server may not subscribe to \(channel)")
            self.model.memberships[channel] = .init(isClientSide: false)
            self.questions.append(.making(plan))
            self.count("server subscribe")
        }
    }

    mutating func passTime() throws {
        self.now = self.now + .milliseconds(Int.random(in: 0...6000, using: &self.random))
        let expired = self.model.memberships.filter { _, membership in
            membership.expiresAt.map { self.now >= $0 + Self.grace } ?? false
        }
        let isOver = self.model.expiresAt.map { self.now >= $0 + Self.grace } ?? false
        let isPingDue = self.model.pongDue == nil && self.now >= self.model.nextPing
        let isGone = self.model.pongDue.map { self.now >= $0 } ?? false
        let hasWork = self.machine.deadline(policy: self.policy) <= self.now
        try self.require(hasWork == (isOver || isGone || isPingDue || !expired.isEmpty), "the deadline is wrong")
        switch self.machine.tick(policy: self.policy, now: self.now) {
        case .none: try self.require(!hasWork, "a tick does nothing")
        case .disconnect(let code):
            try self.require(code == (isOver ? .expired : .noPong) && (isOver || isGone), "a tick is \(code)")
            self.count("\(code)")
            try self.close()
        case .sendPing:
            try self.require(isPingDue && !isOver, "a ping is early")
            self.model.pongDue = self.now + .seconds(8)
            self.model.nextPing = self.now + .seconds(25)
        case .expire(let ended):
            try self.require(Set(ended.map(\.channel)) == Set(expired.keys), "others expire")
            for subscription in ended { try self.end(subscription, "expired") }
        }
    }

    mutating func end(_ ended: EndedSubscription<String>, _ event: String) throws {
        try self.require(
            ended.attachment == self.model.memberships[ended.channel]?.attachment,
            "\(event) gives back the wrong attachment"
        )
        self.model.memberships[ended.channel] = nil
        self.count(event)
    }

    /// Ends the session, checks that it is silent from then on, and starts another.
    mutating func close() throws {
        let live = self.model.memberships.compactMapValues(\.attachment)
        let ended = self.machine.closed()
        try self.require(ended.count == live.count, "\(ended.count) subscriptions end, not \(live.count)")
        for subscription in ended {
            try self.require(subscription.attachment == live[subscription.channel], "the wrong attachment")
        }
        for question in self.questions { try self.checkSilence(question) }
        for request in [.ping, .pong, .publish(PublishRequest(channel: "open:a", data: [1]))] as [Command.Request] {
            let action = self.machine.received(Command(id: 1, request), policy: self.policy, now: self.now)
            try self.require(action.outcome == .none, "\(request) after the end is \(action.outcome)")
        }
        guard case .none = self.machine.tick(policy: self.policy, now: .distantFuture),
            self.machine.closed().isEmpty, self.machine.subscriptionCount == 0
        else { throw Difference(description: "the session is not over") }
        self.machine = Machine(clientID: "client-\(self.counts["sessions"] ?? 0)")
        self.model = SessionModel(limit: self.model.limit)
        self.questions = []
    }

    private mutating func checkSilence(_ question: Question) throws {
        let (policy, now) = (self.policy, self.now)
        let bad = TokenRejection(.invalid, reason: "signature")
        switch question {
        case .making(let plan):
            guard case .undo = self.machine.subscribed(plan, attachment: "late") else {
                throw Difference(description: "\(plan.channel) is kept after the end")
            }
            self.count("undone")
        case .verification(let plan, let id):
            let action = self.machine.verified(.failure(bad), for: plan, id: id, policy: policy, now: now)
            try self.require(action.outcome == .none, "a late token is \(action.outcome)")
        case .refresh(let id):
            let action = self.machine.refreshed(.failure(bad), id: id, policy: policy, now: now)
            try self.require(action.outcome == .none, "a late refresh is \(action.outcome)")
        case .subRefresh(let channel, let id):
            let action = self.machine.refreshedSubscription(
                .failure(bad),
                id: id,
                channel: channel,
                policy: policy,
                now: now
            )
            try self.require(action.outcome == .none, "a late sub_refresh is \(action.outcome)")
        }
    }
}
