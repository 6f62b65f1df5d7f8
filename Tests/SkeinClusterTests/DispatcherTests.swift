import NIOCore
import NIOEmbedded
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DispatcherTests {
    private static func event(_ number: Int) -> TopicEvent {
        .publication(Publication(data: [], offset: UInt64(number)))
    }

    @Test
    func `two loops see the publications of many threads in one order, that of the offsets`() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let subscribers = group.makeIterator().map { LoopSubscriber(eventLoop: $0) }
        let dispatcher = Dispatcher(inboxes: subscribers.map(\.inbox))
        let broker = MemoryBroker(sink: dispatcher)
        let topics = (0..<3).map { Topic(ChannelName("c\($0)")) }
        for topic in topics {
            for loop in 0..<2 { dispatcher.join(topic, loop: loop) }
        }
        let publishers = 4
        let each = 500
        await withTaskGroup { tasks in
            for publisher in 0..<publishers {
                tasks.addTask {
                    for number in 0..<each {
                        broker.publish(
                            Publication(data: [UInt8(publisher)]),
                            to: topics[number % topics.count],
                            retention: Retention(size: 10, ttl: .seconds(60), metaTTL: .seconds(60)),
                            idempotencyKey: nil,
                            completion: Completion(on: subscribers[publisher % 2].inbox.eventLoop) { _ in }
                        )
                    }
                }
            }
        }
        for subscriber in subscribers {
            // Whatever was scheduled before this has run when it runs.
            try await subscriber.inbox.eventLoop.submit {}.get()
            for topic in topics {
                let offsets = subscriber.offsets(of: topic)
                #expect(offsets == Array(1...UInt64(offsets.count)))
            }
            #expect(topics.reduce(0) { $0 + subscriber.offsets(of: $1).count } == publishers * each)
        }
        #expect(
            topics.allSatisfy { topic in
                subscribers[0].publishers(of: topic) == subscribers[1].publishers(of: topic)
            }
        )
        try await group.shutdownGracefully()
    }

    @Test
    func `events that arrive before the loop runs are one batch of one task`() {
        let loop = EmbeddedEventLoop()
        let subscriber = LoopSubscriber(eventLoop: loop)
        for number in 1...3 { subscriber.inbox.append(Self.event(number), on: Topic("c")) }
        #expect(subscriber.batches == [])
        loop.run()
        #expect(subscriber.batches == [3])
        loop.run()
        #expect(subscriber.batches == [3])
        for number in 4...5 { subscriber.inbox.append(Self.event(number), on: Topic("c")) }
        loop.run()
        #expect(subscriber.batches == [3, 2])
        #expect(subscriber.offsets(of: Topic("c")) == [1, 2, 3, 4, 5])
    }

    @Test
    func `a loop gets the events of the topics that it joined, until it leaves`() {
        let loop = EmbeddedEventLoop()
        let subscribers = (0..<3).map { _ in LoopSubscriber(eventLoop: loop) }
        let dispatcher = Dispatcher(inboxes: subscribers.map(\.inbox))
        dispatcher.deliver(Self.event(1), to: Topic("c"))
        dispatcher.join(Topic("c"), loop: 0)
        dispatcher.join(Topic("c"), loop: 2)
        dispatcher.join(Topic("d"), loop: 1)
        dispatcher.deliver(Self.event(2), to: Topic("c"))
        dispatcher.leave(Topic("c"), loop: 0)
        dispatcher.leave(Topic("d"), loop: 0)
        dispatcher.leave(Topic("unknown"), loop: 0)
        dispatcher.deliver(Self.event(3), to: Topic("c"))
        dispatcher.deliver(Self.event(4), to: Topic("d"))
        loop.run()
        #expect(subscribers[0].offsets(of: Topic("c")) == [2])
        #expect(subscribers[1].offsets(of: Topic("c")) == [])
        #expect(subscribers[2].offsets(of: Topic("c")) == [2, 3])
        #expect(subscribers[1].offsets(of: Topic("d")) == [4])
    }

    @Test
    func `topics are counted while a loop has joined them`() {
        let loop = EmbeddedEventLoop()
        let dispatcher = Dispatcher(inboxes: (0..<2).map { _ in LoopSubscriber(eventLoop: loop).inbox })
        for number in 0..<100 {
            for index in 0..<2 { dispatcher.join(Topic(ChannelName("c\(number)")), loop: index) }
        }
        #expect(dispatcher.topicCount == 100)
        for number in 0..<100 { dispatcher.leave(Topic(ChannelName("c\(number)")), loop: 0) }
        #expect(dispatcher.topicCount == 100)
        for number in 0..<100 { dispatcher.leave(Topic(ChannelName("c\(number)")), loop: 1) }
        #expect(dispatcher.topicCount == 0)
    }

    @Test
    func `the last of sixty-four loops is served like the first`() {
        let loop = EmbeddedEventLoop()
        let subscribers = (0..<Dispatcher.maximumLoops).map { _ in LoopSubscriber(eventLoop: loop) }
        let dispatcher = Dispatcher(inboxes: subscribers.map(\.inbox))
        for index in subscribers.indices { dispatcher.join(Topic("c"), loop: index) }
        dispatcher.leave(Topic("c"), loop: 62)
        dispatcher.deliver(Self.event(1), to: Topic("c"))
        loop.run()
        let served = subscribers.indices.filter { subscribers[$0].offsets(of: Topic("c")) == [1] }
        #expect(served == (0..<64).filter { $0 != 62 })
    }
}
