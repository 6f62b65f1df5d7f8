import CoreMetrics
import Logging
import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Synchronization

@testable import SkeinRedis

/// A ``RedisBroker`` as a node has it, with what it told its node.
final class TestEngine: Sendable {
    let broker: RedisBroker
    let sink: RecordingSink
    let name: String
    /// Names the process; part of the names of its connections and of its inbox.
    let instance: String
    /// In front of its keys and channels.
    let prefix: String
    private let state: State

    /// What the engine told, and who waits for it.
    final class State: Sendable {
        let readiness = Mutex(Readiness())
        let fence = PendingResult<Void>()

        struct Readiness {
            var isReady = false
            /// How often it became ready.
            var count = 0
            var waiting: [(isAwaited: @Sendable (Bool, Int) -> Bool, arrival: PendingResult<Void>)] = []
        }

        func changed(_ isReady: Bool) {
            let arrivals = self.readiness.withLock { state in
                state.isReady = isReady
                if isReady { state.count += 1 }
                let count = state.count
                let served = state.waiting.filter { $0.isAwaited(isReady, count) }.map { $0.arrival }
                state.waiting.removeAll { $0.isAwaited(isReady, count) }
                return served
            }
            for arrival in arrivals { arrival.settle(.success(())) }
        }
    }

    init(
        _ endpoint: RedisAddress.Endpoint,
        name: String = "n1",
        sink: RecordingSink = RecordingSink(),
        eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next(),
        clock: Clock = .system,
        statistics: NodeStatistics = NodeStatistics(),
        answer: @escaping RedisBroker.Answering = { _, answer in answer(ByteBuffer()) },
        adjust: (inout RedisSettings) -> Void = { _ in }
    ) throws {
        let state = State()
        var settings = RedisSettings(address: RedisAddress(endpoint))
        adjust(&settings)
        self.state = state
        self.sink = sink
        self.name = name
        let instance = MemoryBroker.randomEpoch()
        self.instance = instance
        self.prefix = settings.prefix
        self.broker = try RedisBroker(
            eventLoop: eventLoop,
            settings: settings,
            identity: RedisBroker.Identity(
                name: name,
                instance: instance,
                describe: { NodeDescription(address: "127.0.0.1:1", version: "test") },
                measure: { statistics },
                answer: answer,
                onFenced: { state.fence.settle(.success(())) },
                onReadiness: { state.changed($0) }
            ),
            sink: sink,
            metrics: RedisMetrics(factory: NOOPMetricsHandler.instance),
            clock: clock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// Returns as soon as the engine is ready, or no longer is.
    func wait(ready wanted: Bool = true) async throws {
        try await self.wait { isReady, _ in isReady == wanted }
    }

    /// How often the engine became ready so far.
    var readyCount: Int { self.state.readiness.withLock { $0.count } }

    /// Returns when the engine has become ready once more than `count` times: what broke the link then is over, even if nobody
    /// was quick enough to see it broken.
    func waitUntilReadyAgain(after count: Int) async throws {
        try await self.wait { isReady, present in isReady && present > count }
    }

    private func wait(until isAwaited: @escaping @Sendable (_ isReady: Bool, _ count: Int) -> Bool) async throws {
        let arrival = PendingResult<Void>()
        let isThere = self.state.readiness.withLock { state in
            if isAwaited(state.isReady, state.count) { return true }
            state.waiting.append((isAwaited, arrival))
            return false
        }
        if !isThere { try await arrival.value() }
    }

    /// Returns when another node has taken the name.
    func waitForFence() async throws { try await self.state.fence.value() }

    /// Calls an operation and waits for its result.
    func result<Value: Sendable>(_ operation: (Completion<Value>) -> Void) async throws -> Value {
        let pending = PendingResult<Value>()
        operation(
            Completion(on: MultiThreadedEventLoopGroup.singleton.next()) { pending.settle($0.mapError { $0 }) }
        )
        return try await pending.value()
    }
}
