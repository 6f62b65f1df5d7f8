import NIOCore
import SkeinCluster
import SkeinCore

/// Keeps what the node delivers of each stream without gaps: the shell of ``StreamFollower``.
///
/// Confined to the event loop of the link. Events of a topic reach the sink from here and from nowhere else, so that a repair cannot be
/// overtaken.
final class StreamRepair {
    private let commands: RedisCommands
    private let keys: RedisKeys
    private let functions: RedisFunctions
    private let sink: any TopicEventSink
    private let metrics: RedisMetrics
    /// Reads and comparisons that the newest reconnect is waiting for.
    private var outstanding = 0
    private var comparison = 0

    /// Most publications that one repair reads; whoever is further behind subscribes again.
    static let readLimit = 2048

    init(
        commands: RedisCommands,
        keys: RedisKeys,
        functions: RedisFunctions,
        sink: any TopicEventSink,
        metrics: RedisMetrics
    ) {
        self.commands = commands
        self.keys = keys
        self.functions = functions
        self.sink = sink
        self.metrics = metrics
    }

    // MARK: Events

    /// An event of the topic has arrived.
    func received(_ event: TopicEvent, _ followed: FollowedTopic) {
        guard case .publication(let publication) = event else { return self.sink.deliver(event, to: followed.topic) }
        switch followed.follower.received(publication) {
        case .deliver: self.sink.deliver(event, to: followed.topic)
        case .none: break
        case .steps(let steps): self.perform(steps, followed)
        }
    }

    /// A reply of Redis told the newest position; whoever gets the reply counts on everything after it.
    func learned(_ position: StreamPosition, _ followed: FollowedTopic) {
        self.perform(followed.follower.learned(position), followed)
    }

    private func perform(_ action: StreamFollower.Action, _ followed: FollowedTopic) {
        guard case .steps(let steps) = action else { return }
        self.perform(steps, followed)
    }

    private func perform(_ steps: [StreamFollower.Step], _ followed: FollowedTopic) {
        for step in steps {
            switch step {
            case .deliver(let publication): self.sink.deliver(.publication(publication), to: followed.topic)
            case .gap(let position):
                self.metrics.gapTold()
                self.sink.deliver(.gap(position), to: followed.topic)
            case .read(let since): self.read(followed, since: since, then: {})
            }
        }
    }

    // MARK: Reading

    private func read(_ followed: FollowedTopic, since: StreamPosition, then: @escaping () -> Void) {
        self.metrics.repairBegan()
        let generation = followed.generation
        self.commands.recover(
            followed.part,
            since: since,
            mode: .stream,
            limit: Self.readLimit,
            metaTTL: followed.metaTTL,
            keys: self.keys,
            functions: self.functions
        ) { result in
            guard followed.generation == generation else { return then() }
            switch result {
            case .success(let recovery):
                let action = followed.follower.readFinished(
                    publications: recovery.publications,
                    position: recovery.position,
                    recovered: recovery.recovered
                )
                self.perform(action, followed)
            case .failure:
                followed.follower.readFailed()
            }
            then()
        }
    }

    // MARK: Comparing

    /// Compares every topic with its stream and repairs what is missing, then calls `then`; not at all when another comparison of all
    /// begins before, or when Redis goes away.
    func compareAll(_ topics: some Collection<FollowedTopic>, then: @escaping () -> Void) {
        self.comparison += 1
        let comparison = self.comparison
        var missing = 1
        func done(_ isDone: Bool) {
            guard comparison == self.comparison else { return }
            guard isDone else {
                self.comparison += 1
                return
            }
            missing -= 1
            if missing == 0 { then() }
        }
        for followed in topics where followed.follower.position != nil {
            missing += 1
            self.compare(followed, isAuthoritative: true, then: done)
        }
        done(true)
    }

    /// Compares a topic that has been quiet with its stream.
    func check(_ followed: FollowedTopic) {
        self.compare(followed, isAuthoritative: false) { _ in }
    }

    private func compare(_ followed: FollowedTopic, isAuthoritative: Bool, then: @escaping (Bool) -> Void) {
        let key = self.keys.meta(followed.part)
        let before = followed.follower.position
        let generation = followed.generation
        self.commands.send { writer in
            writer.begin(5)
            writer.append("HMGET" as StaticString)
            writer.append(key)
            writer.append("e" as StaticString)
            writer.append("r" as StaticString)
            writer.append("s" as StaticString)
        } reply: { result in
            guard case .success(let value) = result, let fields = value.array, fields.count == 3 else {
                // Without a link the comparison begins again when there is one. What Redis refuses about one topic is no
                // reason to leave the others alone.
                if case .failure(.lost) = result { return then(false) }
                return then(true)
            }
            guard followed.generation == generation else { return then(true) }
            let action = followed.follower.checked(
                top: self.position(fields, knownBefore: isAuthoritative ? before : nil),
                isAuthoritative: false
            )
            guard case .steps(let steps) = action else { return then(true) }
            for step in steps {
                if case .read(let since) = step {
                    self.read(followed, since: since, then: { then(true) })
                    return
                }
                self.perform([step], followed)
            }
            then(true)
        }
    }

    /// The position that an answer tells; nil when there is no stream.
    ///
    /// A stream that lies behind what was known when it was asked for has lost publications: it goes on under the tag of this history, which
    /// nobody may have noted yet. What came after the question may well be newer than the answer.
    private func position(_ fields: [RESPValue], knownBefore: StreamPosition?) -> StreamPosition? {
        guard let epoch = fields[0].text, let tag = fields[1].text, let offset = fields[2].offset else { return nil }
        let noted = StreamPosition(offset: offset, epoch: "\(epoch).\(tag)")
        guard let knownBefore, noted.epoch == knownBefore.epoch, offset < knownBefore.offset else { return noted }
        return StreamPosition(offset: offset, epoch: "\(epoch).\(self.commands.tag)")
    }
}
