import NIOCore
import SkeinCluster
import SkeinCore
import Synchronization

/// An inbox and somebody who empties it on its loop.
final class LoopSubscriber: Sendable {
    private struct State {
        var deliveries: [LoopInbox.Delivery] = []
        var batches: [Int] = []
    }

    let inbox: LoopInbox
    private let record: Record

    init(eventLoop: any EventLoop) {
        let record = Record()
        let inbox = LoopInbox(eventLoop: eventLoop) { record.takeBatch() }
        record.inbox.withLock { $0 = inbox }
        self.inbox = inbox
        self.record = record
    }

    /// How many deliveries each task of the loop found.
    var batches: [Int] { self.record.taken.withLock { $0.batches } }

    func offsets(of topic: Topic) -> [UInt64] {
        self.publications(of: topic).map(\.offset)
    }

    func publishers(of topic: Topic) -> [[UInt8]] {
        self.publications(of: topic).map(\.data)
    }

    private func publications(of topic: Topic) -> [Publication] {
        self.record.taken.withLock { $0.deliveries }.compactMap { delivery in
            guard delivery.topic == topic, case .publication(let publication) = delivery.event else { return nil }
            return publication
        }
    }

    private final class Record: Sendable {
        let inbox = Mutex<LoopInbox?>(nil)
        let taken = Mutex(State())

        func takeBatch() {
            guard let inbox = self.inbox.withLock({ $0 }) else { return }
            inbox.eventLoop.preconditionInEventLoop()
            var batch: [LoopInbox.Delivery] = []
            inbox.exchange(for: &batch)
            self.taken.withLock { taken in
                taken.batches.append(batch.count)
                taken.deliveries += batch
            }
        }
    }
}
