import SkeinCore

/// A session's place in a channel on its event loop: what the session machine has attached to a subscription.
final class Subscription {
    /// What keeps a new subscriber from simply getting what the others get.
    enum CatchUp {
        case none
        /// Its reply is not out yet; events are kept for afterwards.
        case buffering([TopicEvent])
        /// Publications up to this position were in the reply, or before it.
        case skipping(through: StreamPosition)
        /// Something is missing. Nothing more is sent; the client is told when its turn comes.
        case cutOff
    }

    /// Most events that are kept for a subscriber whose reply is not out. What comes after them is missing.
    static let keptEvents = 1024

    let group: ChannelGroup
    /// Index into the group's members; kept right by whoever moves members.
    var slot: Int
    /// Until it leaves the group; its slot belongs to another one then.
    var isMember = true
    var catchUp: CatchUp = .buffering([])
    /// What the client knows from its reply.
    var start: StreamPosition = .none
    let info: ClientInfo
    let entersPresence: Bool
    let announcesJoinLeave: Bool
    let followsPositions: Bool
    /// Whether its reply says where it starts: what is in the reply must not come again.
    let hasStart: Bool
    let isClientSide: Bool

    init(group: ChannelGroup, slot: Int, plan: SubscriptionPlan) {
        self.group = group
        self.slot = slot
        self.info = plan.info
        self.entersPresence = plan.entersPresence
        self.announcesJoinLeave = plan.announcesJoinLeave
        self.followsPositions = plan.followsPositions
        self.hasStart = plan.followsPositions || plan.recoverSince != nil
        self.isClientSide = plan.origin.isClient
    }

    /// What is left to do for an event, given where the subscriber is.
    func admits(_ event: TopicEvent) -> Bool {
        guard case .publication(let publication) = event, case .skipping(let through) = self.catchUp else {
            return true
        }
        return publication.offset == 0 || publication.offset > through.offset || publication.epoch != through.epoch
    }

    /// Whether the events do not go on where the client is: a publication is missing in front of one of them, or the stream was
    /// forgotten and has begun anew.
    func isCutOff(by events: [TopicEvent]) -> Bool {
        guard self.followsPositions, case .skipping(var known) = self.catchUp else { return false }
        for event in events {
            switch event {
            case .publication(let publication) where publication.offset > 0:
                guard publication.epoch == known.epoch, publication.offset <= known.offset + 1 else { return true }
                known.offset = max(known.offset, publication.offset)
            case .gap(let position):
                guard position.epoch == known.epoch, position.offset <= known.offset else { return true }
            case .publication, .join, .leave:
                break
            }
        }
        return false
    }

    /// Keeps events for after the reply. A broker that takes long to answer does not make the node keep without an end: whoever
    /// follows positions begins again, others lose what nobody promised to keep.
    func keep(_ events: [TopicEvent]) {
        guard case .buffering(var kept) = self.catchUp else { return }
        guard kept.count + events.count <= Self.keptEvents else {
            if self.followsPositions { self.catchUp = .cutOff }
            return
        }
        // The array must have one owner while it grows.
        self.catchUp = .none
        kept += events
        self.catchUp = .buffering(kept)
    }

    /// These events have been sent: what follows must be newer.
    func passed(_ events: [TopicEvent]) {
        guard case .skipping(var through) = self.catchUp else { return }
        for case .publication(let publication) in events {
            through.offset = max(through.offset, publication.offset)
        }
        self.catchUp = .skipping(through: through)
    }
}
