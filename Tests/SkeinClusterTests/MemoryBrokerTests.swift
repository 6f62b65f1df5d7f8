import NIOCore
import NIOEmbedded
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@Suite
struct MemoryBrokerTests {
    private let time = ManualClock()
    private let sink = RecordingSink()
    private let loop = EmbeddedEventLoop()

    private func makeBroker() -> MemoryBroker {
        MemoryBroker(sink: self.sink, clock: self.time.clock)
    }

    private func ignoring<Value>() -> Completion<Value> {
        Completion(on: self.loop) { _ in }
    }

    private func publish(
        to topic: Topic,
        of broker: MemoryBroker,
        retention: Retention = Self.brief,
        key: IdempotencyKey? = nil
    ) {
        broker.publish(
            Publication(data: [1, 2, 3]),
            to: topic,
            retention: retention,
            idempotencyKey: key,
            completion: self.ignoring()
        )
    }

    private static let brief = Retention(size: 10, ttl: .seconds(10), metaTTL: .seconds(20))

    @Test
    func `a sweep returns first the publications, then the streams, and the keys when their window is over`() {
        let broker = self.makeBroker()
        for number in 0..<100 {
            let key = IdempotencyKey("k", window: .seconds(15))
            self.publish(to: Topic(ChannelName("c\(number)")), of: broker, key: key)
        }
        var expected = MemoryBrokerCounts()
        expected.streams = 100
        expected.publications = 100
        expected.bytes = 300
        expected.idempotencyKeys = 100
        self.time.advance(by: .milliseconds(9999))
        broker.expire(now: self.time.now)
        #expect(broker.counts == expected)

        self.time.advance(by: .milliseconds(1))
        broker.expire(now: self.time.now)
        expected.publications = 0
        expected.bytes = 0
        #expect(broker.counts == expected)

        self.time.advance(by: .seconds(5))
        broker.expire(now: self.time.now)
        expected.idempotencyKeys = 0
        #expect(broker.counts == expected)

        self.time.advance(by: .seconds(5))
        broker.expire(now: self.time.now)
        #expect(broker.counts == MemoryBrokerCounts())
    }

    @Test
    func `a sweep visits a bounded number of streams and the next one goes on where it stopped`() {
        let broker = self.makeBroker()
        let count = 40_000
        for number in 0..<count {
            self.publish(to: Topic(ChannelName("c\(number)")), of: broker)
        }
        self.time.advance(by: .seconds(10))
        let most = 16 * MemoryBroker.visitsPerSweep
        broker.expire(now: self.time.now)
        #expect(broker.counts.publications == count - most)
        broker.expire(now: self.time.now)
        #expect(broker.counts.publications == count - 2 * most)
        for _ in 0..<2 { broker.expire(now: self.time.now) }
        #expect(broker.counts.publications == 0)
        #expect(broker.counts.streams == count)
    }

    @Test
    func `a publication without history leaves nothing behind`() {
        let broker = self.makeBroker()
        self.publish(to: Topic("c"), of: broker, retention: .none)
        self.publish(to: Topic("c"), of: broker, retention: Retention(size: -1, ttl: .seconds(1), metaTTL: .zero))
        broker.history(
            of: Topic("c"),
            query: HistoryQuery(limit: 1),
            retention: .none,
            completion: self.ignoring()
        )
        #expect(broker.counts == MemoryBrokerCounts())
        #expect(self.sink.publications(of: Topic("c")).count == 2)
    }

    @Test
    func `a publication that was placed elsewhere loses its place`() {
        let broker = self.makeBroker()
        let placed = Publication(data: [1]).placed(at: StreamPosition(offset: 7, epoch: "e"), time: 8)
        for retention in [Retention.none, Self.brief] {
            broker.publish(
                placed,
                to: Topic("c"),
                retention: retention,
                idempotencyKey: nil,
                completion: self.ignoring()
            )
        }
        let heard = self.sink.publications(of: Topic("c"))
        #expect(heard.map(\.offset) == [0, 1])
        #expect(heard.map(\.time) == [0, self.time.clock.wallMilliseconds()])
    }

    @Test
    func `members and declarations of interest are counted until they are taken back`() {
        let broker = self.makeBroker()
        for client in ["a", "b", "b"] {
            broker.enter(
                ClientInfo(user: "u", client: client),
                into: Topic("c"),
                announcesLeave: false,
                maximumMembers: 0,
                completion: self.ignoring()
            )
            broker.subscribe(to: Topic("c"), completion: self.ignoring())
        }
        #expect(broker.counts.members == 2)
        #expect(broker.counts.interests == 3)
        for client in ["a", "a", "b"] {
            broker.leave(client, from: Topic("c"), announcing: false, completion: self.ignoring())
            broker.unsubscribe(from: Topic("c"))
        }
        #expect(broker.counts == MemoryBrokerCounts())
    }

    @Test
    func `epochs are eight letters or digits and differ`() {
        let epochs = (0..<1000).map { _ in MemoryBroker.randomEpoch() }
        #expect(Set(epochs).count == 1000)
        #expect(epochs.allSatisfy { $0.utf8.count == 8 })
        #expect(epochs.joined().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }

    @Test
    func `retentions and windows without end neither overflow nor expire`() {
        let broker = self.makeBroker()
        let endless = Retention(size: .max, ttl: .seconds(Int64.max), metaTTL: .seconds(Int64.max))
        self.publish(to: Topic("c"), of: broker, retention: endless, key: .init("k", window: .seconds(Int64.max)))
        self.time.advance(by: .seconds(100 * 365 * 86_400))
        broker.expire(now: self.time.now)
        #expect(broker.counts.publications == 1)
        #expect(broker.counts.idempotencyKeys == 1)
    }
}
