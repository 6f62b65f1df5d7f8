public import SkeinCore
import Synchronization

/// Hands each event to the event loops that have subscribers of its topic: one hop for each loop, whatever the number of
/// sessions.
///
/// Owns which loop is interested in which topic. Lock order: a broker's lock, then a shard of this table, then an inbox.
public final class Dispatcher: TopicEventSink {
    /// Loops are bits of a word.
    public static let maximumLoops = 64

    private let inboxes: [LoopInbox]
    private let shards: [Shard]

    /// One inbox for each loop, at most ``maximumLoops``; loops are named by their index.
    public init(inboxes: [LoopInbox]) {
        precondition(inboxes.count <= Self.maximumLoops, "more loops than bits")
        self.inboxes = inboxes
        self.shards = (0..<Self.shardCount).map { _ in Shard() }
    }

    /// From now on events of the topic reach the loop's inbox. Called by the loop, once until it leaves.
    public func join(_ topic: Topic, loop: Int) {
        self.shard(of: topic).interested.withLock { $0[topic, default: 0] |= 1 << UInt64(loop) }
    }

    /// Events of the topic no longer reach the loop's inbox; those that are in it already remain.
    public func leave(_ topic: Topic, loop: Int) {
        self.shard(of: topic).interested.withLock { interested in
            guard let loops = interested[topic] else { return }
            let rest = loops & ~(1 << UInt64(loop))
            interested[topic] = rest == 0 ? nil : rest
        }
    }

    public func deliver(_ event: TopicEvent, to topic: Topic) {
        var loops = self.shard(of: topic).interested.withLock { $0[topic] ?? 0 }
        while loops != 0 {
            self.inboxes[loops.trailingZeroBitCount].append(event, on: topic)
            loops &= loops - 1
        }
    }

    /// Topics with subscribers on this node. O(1).
    public var topicCount: Int {
        self.shards.reduce(0) { count, shard in count + shard.interested.withLock { $0.count } }
    }

    private static let shardCount = 16

    /// A part of the table; topics are spread by their hash.
    private final class Shard: Sendable {
        let interested = Mutex<[Topic: UInt64]>([:])
    }

    private func shard(of topic: Topic) -> Shard {
        self.shards[topic.channel.hashCode & (Self.shardCount - 1)]
    }
}
