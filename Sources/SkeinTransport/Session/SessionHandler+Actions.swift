import Logging
import NIOCore
import SkeinCluster
import SkeinCore
import SkeinWire

/// What the machine asks for, except for subscriptions, which have a file of their own.
extension SessionHandler {
    func perform(_ action: SessionMachine<Subscription>.CommandAction) {
        switch action {
        case .none: break
        case .reply(let reply): self.reply(reply)
        case .refuse(let reply, let code): self.refuse(reply, code)
        case .disconnect(let code): self.disconnect(code)
        case .verifyConnection(let id, let request): self.verify(request, id: id)
        case .accept(let plan): self.accept(plan)
        case .verifySubscription(let plan, let token): self.verify(plan, token: token)
        case .subscribe(let plan): self.subscribe(plan)
        case .unsubscribe(let id, let ended): self.unsubscribe(ended, id: id)
        case .publish(let id, let plan): self.publish(plan, id: id)
        case .readPresence(let id, let channel): self.readPresence(of: channel, id: id)
        case .readPresenceStats(let id, let channel): self.readPresenceStats(of: channel, id: id)
        case .readHistory(let id, let request, let rules): self.readHistory(request, rules: rules, id: id)
        case .deliverMessage: break
        case .call(let id, let request): self.call(request, id: id)
        case .verifyRefresh(let id, let token): self.verifyRefresh(token, id: id)
        case .verifySubRefresh(let id, let channel, let token): self.verifySubRefresh(token, of: channel, id: id)
        }
    }

    /// An error reply that counts towards the session's budget of mistakes.
    func fail(_ id: UInt32, _ code: ErrorCode) {
        self.perform(self.machine.fail(id, code, policy: self.loop.policy, now: self.loop.now))
    }

    /// A broker that cannot answer is error 100: the client may try again.
    func fail(_ id: UInt32, _ error: BrokerError) {
        self.loop.node.logger.debug("broker refused a command", metadata: ["skein.broker_error": "\(error)"])
        self.fail(id, .internal)
    }

    private func refuse(_ reply: Reply, _ code: DisconnectCode) {
        self.reply(reply)
        self.disconnect(code)
    }

    // MARK: Tokens

    private func verify(_ request: ConnectRequest, id: UInt32) {
        self.await(
            { await $0.verifyConnection(request.token) },
            then: { session, outcome in
                session.note(outcome)
                let outcome = outcome.map { $0.withPrintableInfo }
                let loop = session.loop
                session.perform(
                    session.machine.authenticated(outcome, request: request, id: id, policy: loop.policy, now: loop.now)
                )
            }
        )
    }

    private func verify(_ plan: SubscriptionPlan, token: String) {
        guard case .client(let id) = plan.origin else { return }
        self.await(
            { await $0.verifySubscription(token) },
            then: { session, outcome in
                session.note(outcome)
                let outcome = outcome.map { $0.withPrintableInfo }
                let loop = session.loop
                session.perform(
                    session.machine.verified(outcome, for: plan, id: id, policy: loop.policy, now: loop.now)
                )
                session.processWaiting()
            }
        )
    }

    private func verifyRefresh(_ token: String, id: UInt32) {
        self.await(
            { await $0.verifyConnection(token) },
            then: { session, outcome in
                session.note(outcome)
                let loop = session.loop
                session.perform(session.machine.refreshed(outcome, id: id, policy: loop.policy, now: loop.now))
                session.rearm()
            }
        )
    }

    private func verifySubRefresh(_ token: String, of channel: ChannelName, id: UInt32) {
        self.await(
            { await $0.verifySubscription(token) },
            then: { session, outcome in
                session.note(outcome)
                let loop = session.loop
                session.perform(
                    session.machine.refreshedSubscription(
                        outcome,
                        id: id,
                        channel: channel,
                        policy: loop.policy,
                        now: loop.now
                    )
                )
                session.rearm()
            }
        )
    }

    private func note<Value>(_ outcome: Result<Value, TokenRejection>) {
        if case .failure(let rejection) = outcome { self.loop.node.metrics.authenticationFailed(rejection.reason) }
    }

    /// Waits for the authenticator and comes back to the loop.
    private func `await`<Value: Sendable>(
        _ question: @escaping @Sendable (any Authenticator) async -> Value,
        then: @escaping (SessionHandler, Value) -> Void
    ) {
        let bound = NIOLoopBound((session: self, then: then), eventLoop: self.loop.eventLoop)
        let authenticator = self.loop.node.authenticator
        let eventLoop = self.loop.eventLoop
        Task {
            let answer = await question(authenticator)
            eventLoop.execute {
                let (session, then) = bound.value
                session.loop.refreshNow()
                guard session.isOpen else { return }
                then(session, answer)
            }
        }
    }

    // MARK: Publishing and reading

    private func publish(_ plan: PublishPlan, id: UInt32) {
        guard plan.rules.payload == .binary || !self.format.isBinary || JSONScanner.isValid(plan.publication.data)
        else {
            return self.fail(id, .badRequest)
        }
        self.loop.node.metrics.published()
        self.loop.node.broker.publish(
            plan.publication,
            to: Topic(plan.channel, app: self.loop.policy.app),
            retention: Retention(plan.rules),
            idempotencyKey: nil,
            completion: self.loop.completion { result in
                switch result {
                case .success: self.replyPublished(id)
                case .failure(let error): self.fail(id, error)
                }
            }
        )
    }

    private func readPresence(of channel: ChannelName, id: UInt32) {
        self.loop.node.broker.presence(
            of: Topic(channel, app: self.loop.policy.app),
            completion: self.answer(id) { .presence($0) }
        )
    }

    private func readPresenceStats(of channel: ChannelName, id: UInt32) {
        self.loop.node.broker.presenceStats(
            of: Topic(channel, app: self.loop.policy.app),
            completion: self.answer(id) { .presenceStats($0) }
        )
    }

    private func readHistory(_ request: HistoryRequest, rules: ChannelRules, id: UInt32) {
        let most = self.loop.policy.limits.historyLimit
        let limit = request.limit < 0 ? most : min(Int(request.limit), most)
        self.loop.node.broker.history(
            of: Topic(request.channel, app: self.loop.policy.app),
            query: HistoryQuery(since: request.since, limit: limit, reverse: request.reverse),
            retention: Retention(rules),
            completion: self.loop.completion { result in
                switch result {
                case .success(let history) where request.since.map { !$0.isOf(history.position) } ?? false:
                    self.fail(id, .unrecoverablePosition)
                case .success(let history) where !self.canExpress(history.publications, of: rules):
                    self.disconnect(.inappropriateProtocol)
                case .success(let history):
                    self.reply(Reply(id: id, .history(history)))
                case .failure(let error):
                    self.fail(id, error)
                }
            }
        )
    }

    /// Whether the session's format has a form for the payloads: JSON has none for bytes that are not JSON.
    func canExpress(_ publications: [Publication], of rules: ChannelRules) -> Bool {
        self.format.isBinary || rules.payload == .json || publications.allSatisfy { JSONScanner.isValid($0.data) }
    }

    private func call(_ request: RPCRequest, id: UInt32) {
        let caller = RPCTable.Caller(info: self.machine.info, policy: self.loop.policy)
        switch self.loop.node.methods.call(request, caller: caller) {
        case .success(let data): self.reply(Reply(id: id, .rpc(data: data)))
        case .failure(let failure): self.fail(id, failure.code)
        }
    }

    private func answer<Value: Sendable>(
        _ id: UInt32,
        _ result: @escaping (Value) -> Reply.Result
    ) -> Completion<Value> {
        self.loop.completion { outcome in
            switch outcome {
            case .success(let value): self.reply(Reply(id: id, result(value)))
            case .failure(let error): self.fail(id, error)
            }
        }
    }
}

extension StreamPosition {
    /// Whether this is a place in the stream that `top` is the newest position of.
    fileprivate func isOf(_ top: StreamPosition) -> Bool {
        self.epoch.isEmpty || self.epoch == top.epoch
    }
}
