import SkeinCluster
import SkeinCore

/// What a node keeps for a topic that it listens to. Confined to the event loop of the link.
final class FollowedTopic {
    let topic: Topic
    /// See ``RedisKeys/topicPart(_:)``.
    let part: String
    /// The Redis channel of its events.
    let channel: [UInt8]
    var interest = InterestMachine()
    var follower = StreamFollower()
    /// Which follower it is: answers to what another one asked are not for this one.
    private(set) var generation = 0
    /// Callers that wait for the confirmation.
    var waiting: [(completion: Completion<Void>, deadline: MonotonicInstant)] = []
    /// Owned by ``TopicTable``.
    var isListedAsWaiting = false
    /// Whether its subscription is being made again after the connection was lost.
    var isRestoring = false
    /// How long its stream's epoch is to be remembered, as far as this node was told.
    var metaTTL: Duration = .seconds(3600)

    /// Begins to follow anew: what is missed until the topic is subscribed again is no gap.
    func restartFollowing() {
        self.follower = StreamFollower()
        self.generation += 1
    }

    init(topic: Topic, part: String, channel: [UInt8]) {
        self.topic = topic
        self.part = part
        self.channel = channel
    }
}
