public import SkeinCore
import Synchronization

/// The embedded engine: streams, presence and interest of one node in memory.
///
/// For a node without Redis, for development and for tests. State is spread over shards by topic; a shard is a `Mutex`
/// around one struct. Under the shard's lock a publication gets its offset, is appended and handed to the sink, so
/// that every loop sees the order of the offsets; completions run after the lock. A sink that calls back into the
/// broker would wait for itself. The lock is held for O(1), for O(result) while a stream is read, and for O(members)
/// while presence is listed.
///
/// The publications of a topic expire together, `ttl` after the newest, as a key with a time to live does; only the
/// size trims them one by one. Epoch and newest offset are forgotten `metaTTL` after the newest publication, or after
/// the stream was made, but never before the publications. Time that has passed takes effect at the next access; the
/// memory comes back there or in ``expire(now:)``, which somebody has to call from time to time. Nothing survives the
/// process.
public final class MemoryBroker: EventBroker {
    let clock: Clock
    let makeEpoch: @Sendable () -> String
    let sink: any TopicEventSink
    private let shards: [Shard]

    /// Makes an engine that keeps nothing yet.
    ///
    /// - Parameters:
    ///   - sink: hears every event of every topic, under a lock of the engine.
    ///   - makeEpoch: names a new stream; two results must differ.
    public init(
        sink: any TopicEventSink,
        clock: Clock = .system,
        makeEpoch: @escaping @Sendable () -> String = { MemoryBroker.randomEpoch() }
    ) {
        self.sink = sink
        self.clock = clock
        self.makeEpoch = makeEpoch
        self.shards = (0..<Self.shardCount).map { _ in Shard() }
    }

    /// Eight random characters of `0–9A–Za–z`: 47 bits.
    public static func randomEpoch() -> String {
        // One draw for all of them: each is a system call.
        var bits = UInt64.random(in: 0 ... .max)
        let base = UInt64(Self.epochAlphabet.count)
        return String(unsafeUninitializedCapacity: 8) { room in
            for index in 0..<8 {
                room.initializeElement(at: index, to: Self.epochAlphabet[Int(bits % base)])
                bits /= base
            }
            return 8
        }
    }

    /// What the engine holds, one shard after the other. O(1).
    public var counts: MemoryBrokerCounts {
        self.shards.reduce(MemoryBrokerCounts()) { sum, shard in sum + shard.state.withLock { $0.counts } }
    }

    /// Lets go of streams, publications and idempotency keys whose time has passed.
    ///
    /// Visits at most ``visitsPerSweep`` streams and as many keys of each shard, and goes on from there at the next
    /// call.
    public func expire(now: MonotonicInstant) {
        for shard in self.shards {
            shard.state.withLock { $0.expire(now: now, visiting: Self.visitsPerSweep) }
        }
    }

    /// Bounds what ``expire(now:)`` does to each shard, and so how long a publisher waits for it.
    public static let visitsPerSweep = 1000

    private static let shardCount = 16
    private static let epochAlphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8
    )

    private final class Shard: Sendable {
        let state = Mutex(MemoryShard())
    }

    /// Runs `body` under the lock of the topic's shard.
    func withShard<Result: Sendable>(of topic: Topic, _ body: (inout MemoryShard) -> Result) -> Result {
        self.shards[topic.channel.hashCode & (Self.shardCount - 1)].state.withLock { body(&$0) }
    }
}

// MARK: - EventBroker

extension MemoryBroker {
    /// Always: nothing is between its node and itself.
    public var isReachable: Bool { true }

    public func publish(
        _ publication: Publication,
        to topic: Topic,
        retention: Retention,
        idempotencyKey: IdempotencyKey?,
        completion: Completion<StreamPosition>
    ) {
        let position = self.withShard(of: topic) { shard in
            guard let idempotencyKey else {
                return self.append(publication, to: topic, retention: retention, in: &shard)
            }
            let now = self.clock.now()
            if let first = shard.position(of: idempotencyKey, on: topic, now: now) { return first }
            let position = self.append(publication, to: topic, retention: retention, in: &shard)
            shard.remember(idempotencyKey, on: topic, position: position, now: now)
            return position
        }
        completion.succeed(position)
    }

    public func announce(_ event: TopicEvent, to topic: Topic) {
        self.withShard(of: topic) { _ in
            self.sink.deliver(event, to: topic)
        }
    }

    public func subscribe(to topic: Topic, completion: Completion<Void>) {
        self.withShard(of: topic) { $0.interests += 1 }
        completion.succeed(())
    }

    public func unsubscribe(from topic: Topic) {
        self.withShard(of: topic) { $0.interests -= 1 }
    }

    /// Clocks are read under the lock, so that the times in a stream do not run backwards.
    private func append(
        _ publication: Publication,
        to topic: Topic,
        retention: Retention,
        in shard: inout MemoryShard
    ) -> StreamPosition {
        guard retention.keepsStream else {
            let isPlain = publication.offset == 0 && publication.time == 0
            self.sink.deliver(.publication(isPlain ? publication : publication.placed(at: .none, time: 0)), to: topic)
            return .none
        }
        let now = self.clock.now()
        let (placed, position) = shard.withStream(
            of: topic,
            retention: retention,
            now: now,
            makeEpoch: self.makeEpoch
        ) { stream in
            let placed = stream.append(
                publication,
                retention: retention,
                now: now,
                wallMilliseconds: self.clock.wallMilliseconds()
            )
            return (placed, stream.position)
        }
        self.sink.deliver(.publication(placed), to: topic)
        return position
    }
}
