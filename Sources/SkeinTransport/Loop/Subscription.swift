import SkeinCore

/// A session's place in a channel on its event loop: what the session machine has attached to a subscription.
final class Subscription {
    /// What keeps a new subscriber from simply getting what the others get.
    enum CatchUp {
        case none
        /// Its reply is not out yet; events are kept for afterwards.
        case buffering([TopicEvent])
        /// Publications up to this offset were in the reply, or before it.
        case skipping(through: UInt64)
    }

    let group: ChannelGroup
    /// Index into the group's members; kept right by whoever moves members.
    var slot: Int
    var catchUp: CatchUp = .buffering([])
    /// Newest offset that the client knows from its reply.
    var startOffset: UInt64 = 0
    let info: ClientInfo
    let entersPresence: Bool
    let announcesJoinLeave: Bool
    let followsPositions: Bool
    let isClientSide: Bool

    init(group: ChannelGroup, slot: Int, plan: SubscriptionPlan) {
        self.group = group
        self.slot = slot
        self.info = plan.info
        self.entersPresence = plan.entersPresence
        self.announcesJoinLeave = plan.announcesJoinLeave
        self.followsPositions = plan.followsPositions
        self.isClientSide = plan.origin.isClient
    }

    /// What is left to do for an event, given where the subscriber is.
    func admits(_ event: TopicEvent) -> Bool {
        guard case .publication(let publication) = event, case .skipping(let through) = self.catchUp else {
            return true
        }
        return publication.offset == 0 || publication.offset > through
    }

    /// These events have been sent: what follows must be newer.
    func passed(_ events: [TopicEvent]) {
        guard case .skipping(var through) = self.catchUp else { return }
        for case .publication(let publication) in events { through = max(through, publication.offset) }
        self.catchUp = .skipping(through: through)
    }
}
