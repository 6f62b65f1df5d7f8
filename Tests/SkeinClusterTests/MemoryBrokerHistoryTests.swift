import NIOEmbedded
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

/// Random histories: engine and model do the same, and every answer has to be the same.
@Suite
struct MemoryBrokerHistoryTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `ten thousand random operations have the outcomes of a simple model`(_ seed: UInt64) throws {
        var run = Run(seed: seed)
        for step in 0..<10_000 {
            run.step()
            try #require(run.problem == nil, "seed \(seed), step \(step): \(run.problem ?? "")")
        }
        run.checkHeld()
        run.checkHeard()
        #expect(run.problem == nil)
        #expect(run.recoveries.count == 4)
        #expect(run.recoveries.values.allSatisfy { $0 > 50 }, "outcomes that hardly come up: \(run.recoveries)")
    }

    /// An engine, its model, and the first difference between them.
    struct Run {
        let time = ManualClock()
        let sink = RecordingSink()
        let loop = EmbeddedEventLoop()
        let broker: MemoryBroker
        var model: MemoryBrokerModel
        var generator: SeededGenerator
        var problem: String?
        /// How often each outcome of a recovery came up.
        var recoveries: [String: Int] = [:]

        static let topics = ["a", "b", "\u{E9}", "e\u{301}"].map { Topic(ChannelName($0)) }
        static let retentions = [
            Retention(size: 1, ttl: .seconds(5), metaTTL: .seconds(20)),
            Retention(size: 5, ttl: .seconds(8), metaTTL: .seconds(30)),
            Retention(size: 40, ttl: .seconds(20), metaTTL: .seconds(10)),
            Retention(size: 40, ttl: .seconds(30), metaTTL: .seconds(60)),
        ]

        init(seed: UInt64) {
            let epochs = CallCount()
            self.broker = MemoryBroker(sink: self.sink, clock: self.time.clock, makeEpoch: { "e\(epochs.next())" })
            self.model = MemoryBrokerModel(now: self.time.now)
            self.generator = SeededGenerator(seed: seed)
        }

        mutating func step() {
            switch self.random(0..<100) {
            case 0..<45: self.publish()
            case 45..<60: self.recover()
            case 60..<75: self.readHistory()
            case 75..<77: self.removeHistory()
            case 77..<85: self.enter()
            case 85..<91: self.leave()
            case 91..<98: self.passTime()
            default: self.checkHeld()
            }
        }

        mutating func publish() {
            let topic = self.topic()
            let data = (0..<self.random(0..<20)).map { _ in UInt8(self.random(0..<256)) }
            let retention = self.random(0..<10) == 0 ? .none : self.retention()
            let isNamed = self.random(0..<4) == 0
            let key = isNamed ? IdempotencyKey("k\(self.random(0..<6))", window: .seconds(self.random(1..<12))) : nil
            let expected = self.model.publish(data, to: topic, retention: retention, key: key)
            let actual = self.result { completion in
                self.broker.publish(
                    Publication(data: data),
                    to: topic,
                    retention: retention,
                    idempotencyKey: key,
                    completion: completion
                )
            }
            self.compare(actual, expected, "publish to \(topic)")
        }

        mutating func recover() {
            let (topic, retention) = (self.topic(), self.retention())
            let limit = self.random(0..<3) == 0 ? self.random(-1..<3) : self.random(0..<30)
            let since = self.position(near: topic, retention: retention)
            let mode: ChannelRules.RecoveryMode = self.random(0..<3) == 0 ? .cache : .stream
            let expected = self.model.recover(topic, since: since, mode: mode, limit: limit, retention: retention)
            let position = self.model.position(of: topic, retention: retention)
            let actual = self.result { completion in
                self.broker.recover(
                    topic,
                    since: since,
                    mode: mode,
                    limit: limit,
                    retention: retention,
                    completion: completion
                )
            }
            let call = "recover \(topic) since \(since) \(mode) limit \(limit)"
            self.compare(actual?.recovered, expected != nil, call)
            self.compare(actual?.publications.map(\.offset), expected ?? [], call)
            self.compare(actual?.position, position, call)
            self.recoveries["\(mode) \(expected != nil)", default: 0] += 1
        }

        mutating func readHistory() {
            let (topic, retention) = (self.topic(), self.retention())
            let since = self.random(0..<3) == 0 ? nil : self.position(near: topic, retention: retention)
            let query = HistoryQuery(since: since, limit: self.random(-1..<50), reverse: self.random(0..<2) == 0)
            let expected = self.model.history(of: topic, query: query, retention: retention)
            let position = self.model.position(of: topic, retention: retention)
            let actual = self.result { completion in
                self.broker.history(of: topic, query: query, retention: retention, completion: completion)
            }
            self.compare(actual?.publications.map(\.offset), expected, "history of \(topic) \(query)")
            self.compare(actual?.position, position, "history of \(topic) \(query)")
        }

        mutating func removeHistory() {
            let topic = self.topic()
            self.model.removeHistory(of: topic)
            let isDone = self.result { self.broker.removeHistory(of: topic, completion: $0) } != nil
            self.compare(isDone, true, "removeHistory of \(topic)")
        }

        mutating func enter() {
            let (topic, limit) = (self.topic(), self.random(0..<9))
            let user = ["u", "v", "", "\u{E9}", "e\u{301}"][self.random(0..<5)]
            let member = ClientInfo(user: user, client: "c\(self.random(0..<10))")
            let expected = self.model.enter(member, into: topic, maximumMembers: limit)
            let actual = self.result {
                self.broker.enter(
                    member,
                    into: topic,
                    announcesLeave: false,
                    maximumMembers: limit,
                    completion: $0
                )
            }
            self.compare(actual, expected, "enter \(topic)")
        }

        mutating func leave() {
            let (topic, client) = (self.topic(), "c\(self.random(0..<10))")
            let expected = self.model.leave(client, from: topic)
            let actual = self.result { self.broker.leave(client, from: topic, announcing: false, completion: $0) }
            self.compare(actual, expected, "leave \(topic)")
        }

        mutating func passTime() {
            let isLong = self.random(0..<20) == 0
            self.time.advance(by: .milliseconds(isLong ? self.random(0..<60_000) : self.random(0..<40) * 100))
            self.model.now = self.time.now
        }

        /// Sweeps the engine, then compares what it holds and who is present.
        mutating func checkHeld() {
            self.broker.expire(now: self.time.now)
            self.compare(self.broker.counts, self.model.counts, "counts")
            for topic in Self.topics {
                let present = self.result { self.broker.presence(of: topic, completion: $0) } ?? []
                let members = self.model.members[topic] ?? []
                self.compare(
                    present.map(\.info.client).sorted(),
                    members.map(\.client).sorted(),
                    "presence of \(topic)"
                )
                let users = UInt32(Set(members.map { UserID($0.user) }).count)
                let stats = self.result { self.broker.presenceStats(of: topic, completion: $0) }
                self.compare(stats, PresenceStats(clients: UInt32(members.count), users: users), "stats of \(topic)")
            }
        }

        /// Compares all that the sink heard.
        mutating func checkHeard() {
            for topic in Self.topics {
                let heard = self.sink.publications(of: topic)
                let expected = self.model.heard[topic] ?? []
                self.compare(heard.map(\.offset), expected.map(\.offset), "offsets heard on \(topic)")
                self.compare(heard.map(\.data), expected.map(\.data), "payloads heard on \(topic)")
            }
        }

        /// A position where something might be decided: around the ends of the stream, of another epoch, absurd.
        mutating func position(near topic: Topic, retention: Retention) -> StreamPosition {
            let top = self.model.position(of: topic, retention: retention)
            let back = UInt64(self.random(0..<50))
            let offset: UInt64 =
                switch self.random(0..<10) {
                case 0: top.offset + UInt64(self.random(1..<3))
                case 1: .max - UInt64(self.random(0..<3))
                case 2: top.offset
                case 3: 0
                default: top.offset - min(back, top.offset)
                }
            let epoch =
                switch self.random(0..<10) {
                case 0: "e\(self.random(1..<20))"
                case 1, 2: ""
                default: top.epoch
                }
            return StreamPosition(offset: offset, epoch: epoch)
        }

        private mutating func topic() -> Topic { Self.topics[self.random(0..<Self.topics.count)] }

        private mutating func retention() -> Retention { Self.retentions[self.random(0..<Self.retentions.count)] }

        private mutating func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &self.generator) }

        private mutating func compare<Value: Equatable>(
            _ actual: Value?,
            _ expected: Value,
            _ what: @autoclosure () -> String
        ) {
            guard self.problem == nil, actual != expected else { return }
            self.problem = "\(what()): \(actual.map { "\($0)" } ?? "no answer") instead of \(expected)"
        }

        /// The engine answers at once on an embedded loop, which takes every thread for its own.
        private func result<Value>(_ operation: (Completion<Value>) -> Void) -> Value? {
            let holder = ResultHolder<Value>()
            operation(Completion(on: self.loop) { holder.value = try? $0.get() })
            return holder.value
        }
    }
}
