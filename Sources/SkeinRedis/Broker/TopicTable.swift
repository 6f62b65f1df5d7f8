import DequeModule
import NIOCore
import SkeinCluster
import SkeinCore

/// Which topics this node listens to in Redis: keeps the subscriptions of the link equal to what the node's loops want.
///
/// Confined to the event loop of the link. Every topic has an ``InterestMachine``; this is its shell. What arrives goes through the topic's
/// ``StreamFollower``, whose shell is ``StreamRepair``.
final class TopicTable {
    private let subscriber: RedisSubscriber
    private let keys: RedisKeys
    private let settings: RedisSettings
    private let now: () -> MonotonicInstant
    private var byTopic: [Topic: FollowedTopic] = [:]
    private var byChannel: [ChannelKey: FollowedTopic] = [:]
    private var lingering: Deque<(topic: FollowedTopic, ticket: UInt32, end: MonotonicInstant)> = []
    private var waitingTopics: [FollowedTopic] = []
    private var restoring = 0
    private var isStopped = false
    private var withdrawal: (left: Int, end: MonotonicInstant, then: () -> Void)?

    /// Every topic that was subscribed before the connection was lost is subscribed again.
    var onRestored: () -> Void = {}

    init(subscriber: RedisSubscriber, keys: RedisKeys, settings: RedisSettings, now: @escaping () -> MonotonicInstant) {
        self.subscriber = subscriber
        self.keys = keys
        self.settings = settings
        self.now = now
    }

    /// Topics that the node listens to, lingers on or wants to listen to.
    var count: Int { self.byTopic.count }

    var all: Dictionary<Topic, FollowedTopic>.Values { self.byTopic.values }

    /// The topic that a Redis channel belongs to. Takes the bytes only for the call.
    func topic(of channel: UnsafeRawBufferPointer) -> FollowedTopic? {
        self.byChannel[ChannelKey(borrowing: channel)]
    }

    func followed(_ topic: Topic) -> FollowedTopic? { self.byTopic[topic] }

    /// Whether every subscription that was lost is there again.
    var isRestored: Bool { self.subscriber.isUp && self.restoring == 0 }

    // MARK: Interest

    /// One more loop wants the topic's events. Completes when they arrive.
    func join(_ topic: Topic, completion: Completion<Void>) {
        let followed = self.byTopic[topic] ?? self.add(topic)
        self.perform(followed.interest.join(), followed)
        if followed.interest.isLive { return completion.succeed(()) }
        guard !self.isStopped, !self.subscriber.isFailing else {
            return completion.fail(BrokerError(.unavailable, "no connection to Redis"))
        }
        followed.waiting.append((completion, self.now() + self.settings.commandTimeout))
        self.listAsWaiting(followed)
    }

    /// One loop less wants them.
    func leave(_ topic: Topic) {
        guard let followed = self.byTopic[topic] else { return }
        self.perform(followed.interest.leave(), followed)
        self.removeIfIdle(followed)
    }

    private func listAsWaiting(_ followed: FollowedTopic) {
        guard !followed.isListedAsWaiting else { return }
        followed.isListedAsWaiting = true
        self.waitingTopics.append(followed)
    }

    private func add(_ topic: Topic) -> FollowedTopic {
        let part = RedisKeys.topicPart(topic)
        let followed = FollowedTopic(topic: topic, part: part, channel: Array(self.keys.channel(part).utf8))
        if !self.subscriber.isUp { followed.interest.linkLost() }
        self.byTopic[topic] = followed
        self.byChannel[ChannelKey(followed.channel)] = followed
        return followed
    }

    private func removeIfIdle(_ followed: FollowedTopic) {
        guard followed.interest.isIdle else { return }
        self.byTopic[followed.topic] = nil
        self.byChannel[ChannelKey(followed.channel)] = nil
    }

    private func perform(_ action: InterestMachine.Action, _ followed: FollowedTopic) {
        switch action {
        case .none: break
        case .subscribeUpstream: self.subscriber.subscribe(followed.channel)
        case .unsubscribeUpstream:
            followed.restartFollowing()
            self.subscriber.unsubscribe(followed.channel)
        case .linger(let ticket):
            self.lingering.append((followed, ticket, self.now() + self.settings.linger))
        }
    }

    /// Takes every subscription back, and calls `then` when Redis has confirmed, when the connection ends, or when the command timeout has
    /// passed. Nothing may be joined afterwards.
    func withdrawAll(then: @escaping () -> Void) {
        guard self.subscriber.isUp, !self.byTopic.isEmpty else { return then() }
        self.withdrawal = (left: self.byTopic.count, end: self.now() + self.settings.commandTimeout, then: then)
        for followed in self.byTopic.values { self.subscriber.unsubscribe(followed.channel) }
    }

    private func finishWithdrawal() {
        let withdrawal = self.withdrawal
        self.withdrawal = nil
        withdrawal?.then()
    }

    /// Redis confirmed a command. A confirmation for a topic that is not here any more was asked for before it went.
    func confirmed(_ channel: UnsafeRawBufferPointer, isSubscribed: Bool) {
        if self.withdrawal != nil, !isSubscribed {
            self.withdrawal?.left -= 1
            if self.withdrawal?.left == 0 { self.finishWithdrawal() }
            return
        }
        guard let followed = self.topic(of: channel) else { return }
        self.perform(isSubscribed ? followed.interest.subscribed() : followed.interest.unsubscribed(), followed)
        if followed.interest.isLive { self.succeed(followed) }
        if followed.isRestoring {
            followed.isRestoring = false
            self.restoring -= 1
            if self.restoring == 0 { self.onRestored() }
        }
        self.removeIfIdle(followed)
    }

    private func succeed(_ followed: FollowedTopic) {
        let waiting = followed.waiting
        followed.waiting = []
        for (completion, _) in waiting { completion.succeed(()) }
    }

    // MARK: The link

    func linkLost() {
        self.finishWithdrawal()
        self.restoring = 0
        for followed in self.byTopic.values {
            followed.isRestoring = false
            followed.interest.linkLost()
        }
        for followed in Array(self.byTopic.values) { self.removeIfIdle(followed) }
        self.lingering = []
    }

    func linkRestored() {
        for followed in self.byTopic.values {
            let action = followed.interest.linkRestored()
            guard case .subscribeUpstream = action else { continue }
            followed.isRestoring = true
            self.restoring += 1
            self.perform(action, followed)
        }
        if self.restoring == 0 { self.onRestored() }
    }

    /// There will be no connection for a while: nobody has to wait for it.
    func linkFailing() {
        self.failWaiting { _ in true }
    }

    /// The connection will not come back.
    func stop() {
        self.isStopped = true
        self.failWaiting { _ in true }
    }

    /// Called some times a second. O(topics that wait + topics whose linger has ended).
    func tick() {
        let now = self.now()
        if let withdrawal, withdrawal.end <= now { self.finishWithdrawal() }
        while let first = self.lingering.first, first.end <= now {
            self.lingering.removeFirst()
            self.perform(first.topic.interest.lingerEnded(ticket: first.ticket), first.topic)
        }
        if !self.waitingTopics.isEmpty { self.failWaiting { $0 <= now } }
    }

    private func failWaiting(_ isOver: (_ deadline: MonotonicInstant) -> Bool) {
        var topics: [FollowedTopic] = []
        swap(&topics, &self.waitingTopics)
        for followed in topics {
            followed.isListedAsWaiting = false
            let failed = followed.waiting.filter { isOver($0.deadline) }
            followed.waiting.removeAll { isOver($0.deadline) }
            if !followed.waiting.isEmpty { self.listAsWaiting(followed) }
            for (completion, _) in failed {
                completion.fail(BrokerError(.unavailable, "Redis has not confirmed the subscription"))
            }
        }
    }
}
