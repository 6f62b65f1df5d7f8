import Logging
import NIOCore
import NIOSSL
import SkeinCluster
import SkeinCore

/// Everything of the link to Redis that belongs to one event loop, and how its parts are connected.
///
/// Confined to its event loop. The order in which things come back after Redis was away: connections, subscriptions, the comparison of
/// positions and the repairs that it leads to, then ``isReady``.
final class RedisCore {
    let eventLoop: any EventLoop
    let keys: RedisKeys
    let functions: RedisFunctions
    let commands: RedisCommands
    let topics: TopicTable
    let repair: StreamRepair
    let presence: PresenceLedger
    let registry: NodeRegistry
    let desk: ControlDesk
    private let subscriber: RedisSubscriber
    private let sweep: LeaseSweep
    private let settings: RedisSettings
    private let metrics: RedisMetrics
    private let logger: Logger
    private let now: () -> MonotonicInstant
    private let onReadiness: (Bool) -> Void
    private let onReach: (Bool) -> Void
    private var ticking: RepeatedTask?
    private var isCompared = false
    private var ticks = 0
    private var checkQueue: [FollowedTopic] = []
    private var checkCredit = 0.0
    private(set) var isReady = false

    /// How often deadlines are looked at.
    private static let tickInterval = TimeAmount.milliseconds(100)

    init(
        eventLoop: any EventLoop,
        settings: RedisSettings,
        identity: RedisBroker.Identity,
        sink: any TopicEventSink,
        tls: NIOSSLContext?,
        metrics: RedisMetrics,
        clock: Clock,
        logger: Logger,
        onReach: @escaping (Bool) -> Void
    ) {
        let now = { clock.now() }
        let keys = RedisKeys(prefix: settings.prefix)
        let functions = RedisFunctions()
        func dialer(_ role: RedisConnectionRole, library: String?) -> RedisDialer {
            RedisDialer(
                eventLoop: eventLoop,
                settings: settings,
                greeting: RedisGreeting(
                    name: "\(settings.prefix)-\(identity.instance)-\(role.rawValue)",
                    library: library
                ),
                tls: tls,
                logger: logger,
                now: now
            )
        }
        self.eventLoop = eventLoop
        self.settings = settings
        self.keys = keys
        self.functions = functions
        self.metrics = metrics
        self.logger = logger
        self.now = now
        self.onReadiness = identity.onReadiness
        self.onReach = onReach
        self.commands = RedisCommands(
            dialer: dialer(.commands, library: functions.library),
            settings: settings,
            metrics: metrics,
            now: now
        )
        self.subscriber = RedisSubscriber(dialer: dialer(.subscriber, library: nil), eventLoop: eventLoop)
        self.topics = TopicTable(subscriber: self.subscriber, keys: keys, settings: settings, now: now)
        self.repair = StreamRepair(
            commands: self.commands,
            keys: keys,
            functions: functions,
            sink: sink,
            metrics: metrics
        )
        self.presence = PresenceLedger(commands: self.commands, keys: keys, functions: functions)
        self.sweep = LeaseSweep(
            commands: self.commands,
            keys: keys,
            functions: functions,
            settings: settings,
            metrics: metrics,
            logger: logger
        )
        self.registry = NodeRegistry(
            commands: self.commands,
            keys: keys,
            functions: functions,
            settings: settings,
            identity: identity,
            logger: logger,
            now: now
        )
        self.desk = ControlDesk(
            commands: self.commands,
            subscriber: self.subscriber,
            registry: self.registry,
            keys: keys,
            settings: settings,
            identity: identity,
            metrics: metrics,
            now: now
        )
        self.connectParts(identity)
    }

    // MARK: How the parts hear of each other

    private func connectParts(_ identity: RedisBroker.Identity) {
        self.commands.onUp = { [weak self] in self?.commandsUp() }
        self.commands.onDown = { [weak self] in self?.commandsDown() }
        self.subscriber.onUp = { [weak self] in self?.subscriberUp() }
        self.subscriber.onDown = { [weak self] in self?.subscriberDown() }
        self.subscriber.onFailure = { [weak self] in
            self?.onReach(false)
            self?.topics.linkFailing()
        }
        self.subscriber.onConfirmation = { [desk, topics] channel, isSubscribed in
            if !desk.confirmed(channel, isSubscribed: isSubscribed) {
                topics.confirmed(channel, isSubscribed: isSubscribed)
            }
        }
        self.subscriber.onMessage = { [weak self] in self?.received($0, $1) }
        self.topics.onRestored = { [weak self] in self?.compare() }
        self.desk.onListening = { [weak self] in self?.updateReadiness() }
        self.presence.onStaleLease = { [weak self] in self?.registry.leaseIsStale() }
        self.registry.onLease = { [weak self] lease, wasReaped in
            self?.presence.leaseBegan(lease.owner, announcingJoins: wasReaped)
            self?.updateReadiness()
        }
        self.registry.onLeaseEnded = { [weak self] in
            self?.presence.leaseEnded()
            self?.updateReadiness()
        }
        self.registry.onFenced = { identity.onFenced() }
        self.registry.onRingChanged = { identity.onRingChanged($0) }
        self.registry.onSweepWaiting = { [weak self] in self?.sweep.start() }
    }

    private func received(_ channel: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) {
        guard let followed = self.topics.topic(of: channel) else {
            _ = self.desk.received(channel, payload)
            return
        }
        guard let event = Envelope.decode(payload, knownEpoch: followed.follower.position?.epoch) else {
            return self.metrics.ignoredMessage()
        }
        self.repair.received(event, followed)
    }

    // MARK: The connections

    private func commandsUp() {
        self.metrics.connected(.commands)
        self.registry.linkRestored()
        self.presence.payDebts()
        self.compare()
    }

    private func commandsDown() {
        self.metrics.lost(.commands)
        self.isCompared = false
        self.updateReadiness()
    }

    private func subscriberUp() {
        self.onReach(true)
        self.metrics.connected(.subscriber)
        self.desk.linkRestored()
        self.topics.linkRestored()
    }

    private func subscriberDown() {
        self.metrics.lost(.subscriber)
        self.isCompared = false
        self.desk.linkLost()
        self.topics.linkLost()
        self.updateReadiness()
    }

    /// Events flow again: what was missed in between is read before the node calls itself ready.
    private func compare() {
        guard self.topics.isRestored, self.commands.isUp else { return }
        self.isCompared = false
        self.repair.compareAll(self.topics.all) {
            self.isCompared = true
            self.updateReadiness()
        }
    }

    private func updateReadiness() {
        let isReady =
            self.commands.isUp && self.topics.isRestored && self.isCompared && self.desk.isListening
            && self.registry.lease != nil
        guard isReady != self.isReady else { return }
        self.isReady = isReady
        if isReady {
            self.metrics.restored()
            self.logger.info("ready: listening, compared and joined")
        } else {
            self.logger.warning("not ready: the link to Redis is not whole")
        }
        self.onReadiness(isReady)
    }

    // MARK: Time

    func start() {
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.ticking = self.eventLoop.scheduleRepeatedTask(
            initialDelay: Self.tickInterval,
            delay: Self.tickInterval
        ) { _ in
            bound.value.tick()
        }
        self.commands.start()
        self.subscriber.start()
    }

    private func tick() {
        self.commands.tick()
        self.topics.tick()
        self.registry.tick()
        self.desk.tick()
        self.ticks += 1
        if self.ticks % 10 == 0 { self.presence.payDebts() }
        self.checkSome()
        self.metrics.refresh(
            inFlightBytes: self.commands.inFlightBytes,
            topics: self.topics.count,
            members: self.presence.count
        )
    }

    /// Compares topics that have been quiet with their streams, all of them once in the configured time.
    private func checkSome() {
        guard self.isReady else { return }
        if self.checkQueue.isEmpty {
            self.checkQueue = self.topics.all.filter { $0.follower.position != nil }
            self.checkCredit = 0
            self.checkShare =
                Double(self.checkQueue.count) * 0.1 / max(0.1, self.settings.positionCheckInterval / .seconds(1))
        }
        self.checkCredit += self.checkShare
        while self.checkCredit >= 1, let followed = self.checkQueue.popLast() {
            self.checkCredit -= 1
            if followed.follower.hasMovedSinceCheck, !followed.follower.needsCheck {
                followed.follower.skippedCheck()
            } else {
                self.repair.check(followed)
            }
        }
    }

    private var checkShare = 0.0

    // MARK: The end

    /// Waits until Redis knows that every member has left, gives the lease back, takes the subscriptions back in batches, because Redis
    /// stands still while it cleans up after a connection with many, and ends the connections.
    func stop(then: @escaping () -> Void) {
        self.presence.whenQuiet {
            self.registry.resign(hasMembers: self.presence.owesLeaves) {
                self.topics.withdrawAll {
                    self.ticking?.cancel()
                    self.commands.stop()
                    self.subscriber.stop()
                    self.topics.stop()
                    then()
                }
            }
        }
    }
}
