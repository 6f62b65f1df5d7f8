public import Logging
public import NIOCore
import NIOPosix
public import SkeinCluster
public import SkeinCore
public import SkeinWire
import Synchronization

/// The client side of a node: its event loops, their sessions, and the listeners that fill them.
///
/// Any thread may call it; whatever concerns sessions is done on their loops.
public final class Transport: Sendable {
    /// What the node's connections share.
    public let node: NodeContext
    let group: MultiThreadedEventLoopGroup
    let gate: ConnectionGate
    private let loops: [ObjectIdentifier: NIOLoopBoundBox<LoopContext?>]
    private let order: [any EventLoop]
    private let shared: Mutex<Shared>

    /// Connections of every kind that the node has. O(1).
    public var connectionCount: Int { self.gate.openCount }

    /// What a reload replaces.
    private struct Shared {
        var policy: SessionPolicy
        var origins: OriginPolicy
    }

    /// What a transport is made of.
    public struct Dependencies: Sendable {
        /// Makes the broker for a sink; the event loop is one of the transport's, for a broker that needs one.
        public var makeBroker: @Sendable (any TopicEventSink, any EventLoop) throws -> any Broker
        /// Verifies tokens.
        public var authenticator: any Authenticator
        /// The methods of `rpc`.
        public var methods: RPCTable
        /// Knows where clients are on the ring; nil when there is no ring.
        public var placement: (any Placement)?
        /// Counts.
        public var metrics: TransportMetrics
        /// Tells the time.
        public var clock: Clock
        /// Writes logs.
        public var logger: Logger

        /// Collects the parts.
        public init(
            makeBroker: @escaping @Sendable (any TopicEventSink, any EventLoop) throws -> any Broker,
            authenticator: any Authenticator,
            methods: RPCTable = RPCTable(),
            placement: (any Placement)? = nil,
            metrics: TransportMetrics,
            clock: Clock = .system,
            logger: Logger
        ) {
            self.makeBroker = makeBroker
            self.authenticator = authenticator
            self.methods = methods
            self.placement = placement
            self.metrics = metrics
            self.clock = clock
            self.logger = logger
        }
    }

    /// Starts `loopCount` event loops (1–64).
    public init(
        loopCount: Int,
        connectionLimit: Int,
        policy: SessionPolicy,
        origins: OriginPolicy,
        dependencies: Dependencies
    ) async throws {
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: loopCount)
        self.gate = ConnectionGate(limit: connectionLimit)
        self.shared = Mutex(Shared(policy: policy, origins: origins))
        self.order = Array(self.group.makeIterator())
        let boxes = self.order.map { NIOLoopBoundBox<LoopContext?>.makeEmptyBox(eventLoop: $0) }
        let inboxes = zip(self.order, boxes).map { eventLoop, box in
            LoopInbox(eventLoop: eventLoop) { box.value?.finishTurn() }
        }
        let dispatcher = Dispatcher(inboxes: inboxes)
        let node = NodeContext(
            broker: try dependencies.makeBroker(dispatcher, self.order[0]),
            dispatcher: dispatcher,
            authenticator: dependencies.authenticator,
            methods: dependencies.methods,
            placement: dependencies.placement,
            metrics: dependencies.metrics,
            clock: dependencies.clock,
            logger: dependencies.logger
        )
        self.node = node
        self.loops = Dictionary(
            uniqueKeysWithValues: zip(self.order, boxes).map { (ObjectIdentifier($0), $1) }
        )
        for (index, box) in boxes.enumerated() {
            let inbox = inboxes[index]
            try await inbox.eventLoop.submit {
                let context = LoopContext(index: index, of: loopCount, inbox: inbox, node: node, policy: policy)
                box.value = context
                context.start()
            }.get()
            await self.openSockets(on: inbox.eventLoop)
        }
    }

    /// Replaces the policy and the allowed origins of every loop; sessions keep what they have and ask the new rules from now on.
    public func reload(policy: SessionPolicy, origins: OriginPolicy) async {
        self.shared.withLock { $0 = Shared(policy: policy, origins: origins) }
        _ = await self.onEveryLoop { $0.policy = policy }
    }

    /// Stops the loops. Everything on them must have ended.
    public func shutdown() async {
        _ = await self.onEveryLoop { $0.stop() }
        try? await self.group.shutdownGracefully()
    }

    /// Returns after some time, or when the task is cancelled.
    ///
    /// On a timer of an event loop: `Task.sleep` takes a descriptor each time and ends the process when there is none left.
    public func rest(for duration: Duration) async {
        let alarm = self.group.any().scheduleTask(in: TimeAmount(duration)) {}
        await withTaskCancellationHandler {
            _ = try? await alarm.futureResult.get()
        } onCancel: {
            alarm.cancel()
        }
    }

    /// One of the loops, another one each time.
    public var anyEventLoop: any EventLoop { self.group.any() }

    /// What sessions are bound by now.
    public var policy: SessionPolicy { self.shared.withLock { $0.policy } }

    var currentOrigins: @Sendable () -> OriginPolicy {
        { self.shared.withLock { $0.origins } }
    }

    /// The context of the loop that the caller is on.
    func loop(of eventLoop: any EventLoop) -> LoopContext {
        guard let context = self.loops[ObjectIdentifier(eventLoop)]?.value else {
            preconditionFailure("a connection on a loop that is not ours")
        }
        return context
    }

    /// Does something on every loop, on all at once, and collects the results in the order of the loops.
    func onEveryLoop<Value: Sendable>(_ body: @escaping @Sendable (LoopContext) -> Value) async -> [Value] {
        let futures = self.order.map { eventLoop in
            eventLoop.submit { () -> Value in
                let context = self.loop(of: eventLoop)
                context.refreshNow()
                return body(context)
            }
        }
        var values: [Value] = []
        for future in futures {
            if let value = try? await future.get() { values.append(value) }
        }
        return values
    }
}
