import NIOCore
import SkeinCluster
import SkeinCore
import SkeinWire

/// Making and ending subscriptions.
///
/// The order is what makes recovery whole (guarantees G3–G5): first the session becomes a member, whose events are kept; then the broker confirms
/// that events arrive; then presence and the stream's position are settled; then the reply goes out, then what was kept and is newer than the
/// reply, then the join event.
extension SessionHandler {
    /// A subscription that is ready, and what its client is told.
    private struct Opened {
        let subscription: Subscription
        var result: SubscribeResult
    }

    private typealias OpenOutcome = Result<Opened, ErrorCode.Failure>

    // MARK: Commands

    func accept(_ plan: ConnectPlan) {
        var missing = plan.subscriptions.count
        var opened: [(plan: SubscriptionPlan, opened: Opened)] = []
        guard missing > 0 else { return self.finishConnect(plan, opened) }
        for subscriptionPlan in plan.subscriptions {
            self.open(subscriptionPlan) { outcome in
                switch outcome {
                case .success(let ready): opened.append((subscriptionPlan, ready))
                case .failure(let failure): self.refuseConnect(plan.id, failure.code)
                }
                missing -= 1
                if missing == 0 { self.finishConnect(plan, opened) }
            }
        }
    }

    private func refuseConnect(_ id: UInt32, _ code: ErrorCode) {
        guard self.isOpen else { return }
        self.perform(self.machine.refuse(id, code))
    }

    private func finishConnect(_ plan: ConnectPlan, _ opened: [(plan: SubscriptionPlan, opened: Opened)]) {
        var result = plan.result
        if self.usesFramePing {
            // Clients expect empty commands after what these two say.
            result.ping = 0
            result.pong = false
        }
        var live: [Subscription] = []
        var ended: [(Subscription, UnsubscribeCode)] = []
        for (subscriptionPlan, ready) in opened {
            switch self.machine.subscribed(subscriptionPlan, attachment: ready.subscription) {
            case .undo:
                self.close(ready.subscription)
                continue
            case .end(let code):
                ended.append((ready.subscription, code))
            case .keep:
                live.append(ready.subscription)
            }
            result.subs.append((channel: subscriptionPlan.channel, result: ready.result))
        }
        guard self.isOpen else { return }
        self.register()
        self.reply(Reply(id: plan.id, .connect(result)))
        let interval = self.loop.policy.limits.pingInterval
        self.machine.connected(firstPing: self.loop.now + interval * Double.random(in: 0.5...1))
        for subscription in live { self.settle(subscription) }
        for (subscription, code) in ended { self.end(subscription, code: code) }
        self.rearm()
        self.processWaiting()
    }

    func subscribe(_ plan: SubscriptionPlan) {
        guard case .client(let id) = plan.origin else { return }
        self.open(plan) { outcome in
            switch outcome {
            case .success(let ready): self.finishSubscribe(plan, ready) { self.reply(Reply(id: id, .subscribe($0))) }
            case .failure(let failure):
                self.machine.failedToSubscribe(plan.channel)
                self.fail(id, failure.code)
            }
            self.processWaiting()
        }
    }

    /// The server subscribes the session: a push tells the client. Completes with what was in the way, if anything.
    func subscribeByServer(_ subscription: ServerSubscription, then: @escaping (ErrorCode?) -> Void) {
        switch self.machine.subscribeByServer(subscription, policy: self.loop.policy, now: self.loop.now) {
        case nil: then(nil)
        case .failure(let failure): then(failure.code)
        case .success(let plan):
            self.open(plan) { outcome in
                switch outcome {
                case .success(let ready):
                    self.finishSubscribe(plan, ready) { self.tell(plan.channel, $0, ready.subscription) }
                    then(nil)
                case .failure(let failure):
                    self.machine.failedToSubscribe(plan.channel)
                    then(failure.code)
                }
                self.processWaiting()
            }
        }
    }

    /// A subscribe push has no list of what was missed: it follows as publications.
    private func tell(_ channel: ChannelName, _ result: SubscribeResult, _ subscription: Subscription) {
        self.push(.subscribe(channel: channel, result))
        guard !result.publications.isEmpty else { return }
        self.stage(result.publications.map { .publication($0) }, of: subscription)
    }

    private func finishSubscribe(_ plan: SubscriptionPlan, _ ready: Opened, tell: (SubscribeResult) -> Void) {
        switch self.machine.subscribed(plan, attachment: ready.subscription) {
        case .undo:
            self.close(ready.subscription)
        case .keep:
            tell(ready.result)
            self.settle(ready.subscription)
            if plan.timeLeft != nil { self.rearm() }
        case .end(let code):
            tell(ready.result)
            self.end(ready.subscription, code: code)
        }
    }

    func unsubscribe(_ ended: EndedSubscription<Subscription>, id: UInt32) {
        if let subscription = ended.attachment { self.close(subscription) }
        self.reply(Reply(id: id, .unsubscribe))
    }

    /// The server ends a subscription: a push tells the client.
    func unsubscribeByServer(_ channel: ChannelName, code: UnsubscribeCode) {
        guard case .end(let ended) = self.machine.unsubscribeByServer(channel, code: code) else { return }
        if let subscription = ended.attachment { self.end(subscription, code: code) }
    }

    /// Publications of the channel are missing. The client subscribes again and recovers; a client of a subscription that the
    /// server made connects again.
    func lostPosition(_ subscription: Subscription) {
        let channel = subscription.group.topic.channel
        guard self.machine.attachment(of: channel) === subscription else { return }
        guard subscription.isClientSide else { return self.disconnect(.insufficientState) }
        self.unsubscribeByServer(channel, code: .insufficientState)
    }

    func expire(_ ended: [EndedSubscription<Subscription>]) {
        for case let subscription? in ended.map(\.attachment) { self.end(subscription, code: .expired) }
    }

    private func end(_ subscription: Subscription, code: UnsubscribeCode) {
        let channel = subscription.group.topic.channel
        self.close(subscription)
        self.push(.unsubscribe(channel: channel, code))
    }

    // MARK: Opening

    private func open(_ plan: SubscriptionPlan, then: @escaping (OpenOutcome) -> Void) {
        let subscription = self.loop.join(self, plan: plan)
        func fail(_ code: ErrorCode) {
            self.loop.leave(subscription)
            then(.failure(.init(code)))
        }
        self.loop.whenInterestIsKnown(subscription.group) { isConfirmed in
            guard isConfirmed, self.isOpen else { return fail(.internal) }
            self.enterPresence(plan, subscription) { refusal in
                if let refusal { return fail(refusal) }
                self.findPosition(plan, subscription) { outcome in
                    switch outcome {
                    case .success(let result):
                        then(.success(Opened(subscription: subscription, result: result)))
                    case .failure(let failure):
                        self.close(subscription)
                        then(.failure(failure))
                    }
                }
            }
        }
    }

    private func enterPresence(
        _ plan: SubscriptionPlan,
        _ subscription: Subscription,
        then: @escaping (ErrorCode?) -> Void
    ) {
        guard plan.entersPresence else { return then(nil) }
        let topic = subscription.group.topic
        self.loop.node.broker.enter(
            plan.info,
            into: topic,
            announcesLeave: plan.announcesJoinLeave,
            maximumMembers: plan.rules.maximumMembers,
            completion: self.loop.completion { result in
                switch result {
                case .success(true): then(nil)
                case .success(false): then(.limitExceeded)
                case .failure:
                    // It may have been done all the same.
                    let broker = self.loop.node.broker
                    broker.leave(
                        plan.info.client,
                        from: topic,
                        announcing: false,
                        completion: Completion(on: self.loop.eventLoop) { _ in }
                    )
                    then(.internal)
                }
            }
        )
    }

    private func findPosition(
        _ plan: SubscriptionPlan,
        _ subscription: Subscription,
        then: @escaping (Result<SubscribeResult, ErrorCode.Failure>) -> Void
    ) {
        var result = SubscribeResult(
            ttl: plan.timeLeft.map { UInt32(clamping: ($0 + .milliseconds(999)).components.seconds) },
            recoverable: plan.isRecoverable,
            positioned: plan.isPositioned,
            wasRecovering: plan.recoverSince != nil,
            delta: plan.delta,
            data: plan.data
        )
        let topic = subscription.group.topic
        let retention = Retention(plan.rules)
        guard let since = plan.recoverSince else {
            guard plan.followsPositions else { return then(.success(result)) }
            return self.loop.node.broker.history(
                of: topic,
                query: HistoryQuery(limit: 0),
                retention: retention,
                completion: self.loop.completion { outcome in
                    switch outcome {
                    case .failure:
                        then(.failure(.init(.internal)))
                    case .success(let history):
                        result.position = history.position
                        subscription.start = history.position
                        then(.success(result))
                    }
                }
            )
        }
        self.loop.node.broker.recover(
            topic,
            since: since,
            mode: plan.rules.recoveryMode,
            limit: self.loop.policy.limits.historyLimit,
            retention: retention,
            completion: self.loop.completion { outcome in
                switch outcome {
                case .failure:
                    then(.failure(.init(.internal)))
                case .success(let recovery) where !self.canExpress(recovery.publications, of: plan.rules):
                    self.disconnect(.inappropriateProtocol)
                    then(.failure(.init(.notAvailable)))
                case .success(let recovery):
                    subscription.start = recovery.position
                    then(result.recovering(plan, since: since, with: recovery))
                }
            }
        )
    }

    /// The reply is out: what was kept and is newer than it follows, then the others hear of the newcomer.
    private func settle(_ subscription: Subscription) {
        guard case .buffering(let kept) = subscription.catchUp else { return self.lostPosition(subscription) }
        subscription.catchUp = subscription.hasStart ? .skipping(through: subscription.start) : .none
        let group = subscription.group
        guard !subscription.isCutOff(by: kept) else { return self.lostPosition(subscription) }
        group.members[subscription.slot].needsAttention = subscription.hasStart
        let missed = kept.filter(subscription.admits)
        if !missed.isEmpty { self.stage(missed, of: subscription) }
        if subscription.announcesJoinLeave { self.loop.node.broker.announce(.join(subscription.info), to: group.topic) }
    }

    private func stage(_ events: [TopicEvent], of subscription: Subscription) {
        let member = subscription.group.members[subscription.slot]
        let encoder = EventEncoder(group: subscription.group, pool: self.loop.buffers)
        switch encoder.encode(events[...], variant: member.variant.whole, base: nil) {
        case .frame(let frame):
            self.stage(frame)
            self.loop.node.metrics.delivered(frame.publications)
            subscription.passed(events)
            if member.variant.delta == .patchAfterFirst, frame.publications > 0 {
                subscription.group.members[subscription.slot].variant.delta = .patch
            }
        case .inexpressible:
            self.disconnect(.inappropriateProtocol)
        case .notYet, .nothing, .cutOff:
            break
        }
    }

    // MARK: Closing

    /// Undoes a subscription in the node and, where it was seen, in the cluster.
    func close(_ subscription: Subscription) {
        let topic = subscription.group.topic
        let info = subscription.info
        let wasAnnounced = if case .buffering = subscription.catchUp { false } else { subscription.announcesJoinLeave }
        self.loop.leave(subscription)
        let broker = self.loop.node.broker
        guard subscription.entersPresence else {
            if wasAnnounced { broker.announce(.leave(info), to: topic) }
            return
        }
        broker.leave(
            info.client,
            from: topic,
            announcing: wasAnnounced,
            completion: Completion(on: self.loop.eventLoop) { _ in }
        )
    }
}

extension SubscribeResult {
    /// The result of a subscription that asked for recovery (Centrifuge protocol, "recovery"): the requested position and what followed, or the
    /// newest position and nothing.
    fileprivate func recovering(
        _ plan: SubscriptionPlan,
        since: StreamPosition,
        with recovery: Recovery
    ) -> Result<SubscribeResult, ErrorCode.Failure> {
        var result = self
        guard recovery.recovered || !plan.rejectsUnrecovered else {
            return .failure(.init(.unrecoverablePosition))
        }
        result.recovered = recovery.recovered
        result.publications = recovery.publications
        result.position = recovery.position
        if recovery.recovered { result.position.offset = since.offset }
        return .success(result)
    }
}
