import HashRing
import Logging
import Metrics
import SkeinCluster
import SkeinCore
import SkeinTransport
import Synchronization

/// Follows the registry: keeps the ring, says how many clients are elsewhere than they belong, and moves those that a newcomer owns.
final class RingWatch: Sendable {
    /// What an operator may change while the node runs.
    struct Settings: Sendable {
        var rebalance: Configuration.Rebalance
        var rate: Int
        var settle: Duration
    }

    let keeper: RingKeeper
    private let transport: Transport
    private let engine: Engine
    private let settings: @Sendable () -> Settings
    private let isDraining: @Sendable () -> Bool
    private let logger: Logger
    private let rebalance: Mutex<RebalanceMachine<RingKeeper.Snapshot>>
    /// The epoch that the newest list was asked for; 0 before the first.
    private let seen = Atomic<Int>(0)
    private let misplaced: Meter
    private let nodes: Meter
    private let epoch: Meter
    private let moved: Counter

    init(
        keeper: RingKeeper,
        transport: Transport,
        engine: Engine,
        factory: any MetricsFactory,
        logger: Logger,
        isDraining: @escaping @Sendable () -> Bool,
        settings: @escaping @Sendable () -> Settings
    ) {
        self.keeper = keeper
        self.transport = transport
        self.engine = engine
        self.settings = settings
        self.isDraining = isDraining
        self.logger = logger
        self.rebalance = Mutex(RebalanceMachine(keeper.now))
        self.misplaced = Meter(label: "skein_ring_misplaced_clients", factory: factory)
        self.nodes = Meter(label: "skein_ring_nodes", factory: factory)
        self.epoch = Meter(label: "skein_ring_epoch", factory: factory)
        self.moved = Counter(label: "skein_ring_moved_total", factory: factory)
    }

    /// Called about once a second while the node runs.
    func tick() async {
        await self.follow()
        let now = self.transport.node.clock.now()
        guard let move = self.rebalance.withLock({ $0.due(now: now) }) else { return }
        await self.carryOut(move)
    }

    /// O(sessions).
    func refreshGauges() async {
        let ring = self.keeper.now
        self.nodes.set(ring.ring.nodes.count)
        self.epoch.set(Int(clamping: ring.ring.epoch))
        let isCounted = self.settings().rebalance != .off
        self.misplaced.set(isCounted ? await self.transport.countSessions { !ring.owns($0) } : 0)
    }

    private func follow() async {
        let epoch = self.engine.ringEpoch()
        guard let link = self.engine.link, epoch != self.seen.load(ordering: .relaxed) else { return }
        let answer = await withCheckedContinuation { continuation in
            link.nodes(completion: Completion(on: self.transport.anyEventLoop) { continuation.resume(returning: $0) })
        }
        guard case .success(let list) = answer else { return }
        let isFirst = self.seen.exchange(epoch, ordering: .relaxed) == 0
        do {
            guard let ring = try self.keeper.update(list) else { return }
            let names = ring.ring.nodes.map { "\($0.name)=\($0.weight)" }.joined(separator: " ")
            self.logger.info(
                "the ring has changed",
                metadata: ["skein.epoch": "\(ring.ring.epoch)", "skein.nodes": "\(names)"]
            )
            let due = self.transport.node.clock.now() + self.settings().settle
            // What was before the first list was no ring that anybody was placed by.
            self.rebalance.withLock { rebalance in
                if isFirst { rebalance = RebalanceMachine(ring) } else { rebalance.changed(to: ring, settlesAt: due) }
            }
        } catch {
            self.logger.warning(
                "the registry's nodes make no ring, the last one stays",
                metadata: ["skein.reason": "\(error)"]
            )
        }
    }

    /// Only clients that were this node's own: one that came here by chance stays until it reconnects.
    private func carryOut(_ move: RebalanceMachine<RingKeeper.Snapshot>.Move) async {
        let settings = self.settings()
        guard settings.rebalance == .paced, !self.isDraining(), move.to.own != nil else { return }
        let count = await self.transport.depart(rate: Double(settings.rate), code: .forceReconnect) { position in
            guard let position else { return false }
            return move.from.owns(position) && !move.to.owns(position)
        }
        guard count > 0 else { return }
        self.moved.increment(by: Int64(count))
        self.logger.info(
            "moving clients to the nodes that own them now",
            metadata: ["skein.clients": "\(count)", "skein.rate": "\(settings.rate)"]
        )
    }
}
