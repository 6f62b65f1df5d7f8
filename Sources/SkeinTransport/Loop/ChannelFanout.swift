import SkeinCore

/// What one event loop keeps for a topic with local subscribers. Confined to the loop.
final class ChannelFanout {
    /// Whether the broker has confirmed that events will come.
    enum Interest {
        case pending(waiting: [(Bool) -> Void])
        case confirmed
        /// The broker could not; the group is detached, and its members are on their way out.
        case failed
    }

    var interest: Interest = .pending(waiting: [])
    /// Events of this turn, in order.
    var events: [TopicEvent] = []
    /// What the next delta is made against; the publication before the first of this turn.
    var base: Publication?
    /// Position of the newest publication that passed here.
    var last: StreamPosition = .none
    /// Of the channel's rules, which the newest subscription refreshes.
    var slowConsumer: ChannelRules.SlowConsumerPolicy
    var payload: ChannelRules.PayloadKind

    init(rules: ChannelRules) {
        self.slowConsumer = rules.slowConsumer
        self.payload = rules.payload
    }

    func refresh(rules: ChannelRules) {
        self.slowConsumer = rules.slowConsumer
        self.payload = rules.payload
    }
}
