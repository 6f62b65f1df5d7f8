import NIOCore
import SkeinCluster
import SkeinCore
import SkeinWire

/// Joining and leaving channels.
extension LoopContext {
    /// Makes the session a member of the plan's channel; events are kept for it until it has caught up. O(1).
    func join(_ session: SessionHandler, plan: SubscriptionPlan) -> Subscription {
        let topic = Topic(plan.channel, app: self.policy.app)
        let variant = EncodingVariant(
            isBinary: session.format.isBinary,
            delta: plan.delta ? .patchAfterFirst : .none,
            joinLeave: plan.receivesJoinLeave
        )
        let makeMember = { (group: ChannelGroup, slot: Int) in
            let subscription = Subscription(group: group, slot: slot, plan: plan)
            return Member(session: session, subscription: subscription, variant: variant, needsAttention: true)
        }
        let place = self.hub.join(
            topic,
            makeAttachment: { ChannelFanout(rules: plan.rules) },
            makeMember: makeMember
        )
        self.node.metrics.subscriptionOpened()
        place.group.attachment.refresh(rules: plan.rules)
        if place.isFirst { self.declareInterest(in: place.group) }
        return place.group.members[place.slot].subscription
    }

    /// Ends a membership. O(1).
    func leave(_ subscription: Subscription) {
        let group = subscription.group
        let (moved, isLast) = self.hub.leave(group, slot: subscription.slot)
        moved?.subscription.slot = subscription.slot
        subscription.isMember = false
        self.node.metrics.subscriptionClosed()
        if case .failed = group.attachment.interest { return }
        if isLast { self.withdrawInterest(in: group) }
    }

    private func withdrawInterest(in group: ChannelGroup) {
        self.node.dispatcher.leave(group.topic, loop: self.index)
        self.node.broker.unsubscribe(from: group.topic)
    }

    /// Calls `then` with whether events of the group's topic will arrive, at once when that is known.
    func whenInterestIsKnown(_ group: ChannelGroup, then: @escaping (Bool) -> Void) {
        switch group.attachment.interest {
        case .confirmed:
            then(self.node.broker.isReachable)
        case .failed:
            then(false)
        case .pending(var waiting):
            waiting.append(then)
            group.attachment.interest = .pending(waiting: waiting)
        }
    }

    private func declareInterest(in group: ChannelGroup) {
        self.node.dispatcher.join(group.topic, loop: self.index)
        self.node.broker.subscribe(
            to: group.topic,
            completion: self.completion { result in
                guard case .pending(let waiting) = group.attachment.interest else { return }
                let isConfirmed = if case .success = result { true } else { false }
                group.attachment.interest = isConfirmed ? .confirmed : .failed
                if !isConfirmed {
                    // Whoever subscribes from now on, even while the others hear of the failure, begins anew.
                    self.hub.detach(group)
                    self.withdrawInterest(in: group)
                }
                for next in waiting { next(isConfirmed) }
            }
        )
    }

    /// A completion for the broker that runs on this loop.
    func completion<Value: Sendable>(
        _ body: @escaping (Result<Value, BrokerError>) -> Void
    ) -> Completion<Value> {
        Completion(boundTo: self.eventLoop, body)
    }
}
