import Logging
import NIOCore
import SkeinCluster
import SkeinCore
import SkeinTestKit

@testable import SkeinTransport

/// A loop of a node that runs by itself, for tests with threads and tasks. Time stands still all the same.
struct LoopThread: Sendable {
    let eventLoop: any EventLoop
    let broker: MemoryBroker
    let metrics = CountingMetrics()
    private let context: NIOLoopBoundBox<LoopContext?>

    init(
        on eventLoop: any EventLoop,
        policy: SessionPolicy,
        authenticator: any Authenticator = FakeAuthenticator()
    ) async throws {
        let box = NIOLoopBoundBox<LoopContext?>.makeEmptyBox(eventLoop: eventLoop)
        let inbox = LoopInbox(eventLoop: eventLoop) { box.value?.finishTurn() }
        let dispatcher = Dispatcher(inboxes: [inbox])
        let clock = ManualClock().clock
        self.eventLoop = eventLoop
        self.context = box
        self.broker = MemoryBroker(sink: dispatcher, clock: clock, makeEpoch: { "epoch" })
        let node = NodeContext(
            broker: self.broker,
            dispatcher: dispatcher,
            authenticator: authenticator,
            methods: RPCTable(),
            metrics: TransportMetrics(factory: self.metrics),
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await eventLoop.submit {
            box.value = LoopContext(index: 0, inbox: inbox, node: node, policy: policy)
        }.get()
    }

    /// Does something in one turn of the loop.
    func run<Value: Sendable>(_ body: @escaping @Sendable (LoopContext) throws -> Value) async throws -> Value {
        try await self.eventLoop.submit {
            guard let context = self.context.value else { preconditionFailure("the loop has no context") }
            context.refreshNow()
            return try body(context)
        }.get()
    }

    func publish(_ data: String, to channel: ChannelName, retention: Retention = .none) {
        self.broker.publish(
            Publication(data: Array(data.utf8)),
            to: Topic(channel),
            retention: retention,
            idempotencyKey: nil,
            completion: Completion(on: self.eventLoop) { _ in }
        )
    }
}
