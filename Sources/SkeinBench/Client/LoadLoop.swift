import Histogram
import NIOCore
import NIOPosix
import NIOSSL

/// What one event loop does: its share of the connections and publishers, their counters and histograms. Confined to
/// its event loop; nothing in it is shared, so nothing is locked.
final class LoadLoop {
    /// Publications that have reached all subscribers of this loop, for the loop of their publisher.
    struct Completion: Sendable {
        var publisher: UInt32
        var sequence: UInt32
        var time: UInt64
    }

    let settings: ClientSettings
    let eventLoop: any EventLoop
    /// Index of this loop, and how many there are.
    let index: Int
    let count: Int
    /// Set before the first connection.
    var peers: [NIOLoopBound<LoadLoop>] = []

    var counters = LoopCounters()
    var histograms = LoopHistograms()
    /// The first reason for which a connection could not be made; ends the run.
    private(set) var failure: BenchmarkFailure?
    /// The first reason for which an established connection ended; a warning.
    private(set) var firstEnd: BenchmarkFailure?
    private(set) var marks: [LoopMark] = []

    private var finder: MarkerFinder
    private var now: UInt64 = 0
    private var key: UInt32
    private var rounds: RoundCounter?
    private let isClosedLoop: Bool
    private var completions: [[Completion]]
    private var hasCompletions = false

    private(set) var subscribers: [ClientConnection] = []
    private(set) var publishers: [Publisher] = []
    /// What publications alternate with; nil without a Redis to compare with.
    var rawHop: RawHop?
    private var waiting: [Int] = []
    private var handshakes = 0
    private var patience: RepeatedTask?
    /// Whether connections made from now on are reconnects.
    var isReconnecting = false

    init(settings: ClientSettings, eventLoop: any EventLoop, index: Int, count: Int) {
        self.settings = settings
        self.eventLoop = eventLoop
        self.index = index
        self.count = count
        self.finder = MarkerFinder(run: settings.run)
        self.key = settings.run | 1
        self.completions = Array(repeating: [], count: count)
        if case .closed(let inFlight) = settings.plan.load {
            self.isClosedLoop = true
            if settings.plan.channelCount == 1, settings.plan.connections > index {
                let arrivals = (settings.plan.connections - index + count - 1) / count
                self.rounds = RoundCounter(arrivals: arrivals, inFlight: inFlight)
            }
        } else {
            self.isClosedLoop = false
        }
    }

    /// How many loops receive what is published on a channel with several subscribers.
    var receivingLoops: Int { min(self.count, self.settings.plan.connections) }

    /// Whether subscribers ask for recovery.
    var tracksPositions: Bool { self.settings.plan.scenario == .history }

    func peer(of connection: ClientConnection) -> ClientSettings.Peer {
        connection.channelName == nil ? self.settings.publisherPeer : self.settings.subscriberPeer
    }

    /// A masking key that is not zero.
    func nextKey() -> UInt32 {
        self.key ^= self.key << 13
        self.key ^= self.key >> 17
        self.key ^= self.key << 5
        return self.key
    }

    // MARK: Connections

    /// Opens this loop's share of the connections with these numbers, some at a time.
    func open(_ numbers: Range<Int>) {
        self.waiting = numbers.filter { $0 % self.count == self.index }.reversed()
        self.openMore()
    }

    /// Cuts this loop's subscribers among the first `count` of the run. Opened again, they go on where they were.
    func cut(first count: Int) {
        for connection in self.subscribers where connection.number < count { connection.cut() }
    }

    /// Closes everything.
    func closeAll() {
        for publisher in self.publishers {
            publisher.stop()
            publisher.connection.cut()
        }
        for connection in self.subscribers { connection.cut() }
        self.rawHop?.close()
        self.rawHop = nil
        self.publishers = []
        self.patience?.cancel()
        self.patience = nil
    }

    private func openMore() {
        let limit = max(1, self.settings.plan.handshakes / self.count)
        while self.handshakes < limit, self.failure == nil, let number = self.waiting.popLast() {
            self.handshakes += 1
            self.connect(number)
        }
    }

    private func connect(_ number: Int) {
        let connections = self.settings.plan.connections
        let connection: ClientConnection
        if number < connections {
            let name = self.settings.channelName(number % self.settings.plan.channelCount)
            let slot = number / self.count
            let earlier = slot < self.subscribers.count ? self.subscribers[slot] : nil
            connection = ClientConnection(load: self, number: number, channelName: name, resuming: earlier)
            if earlier == nil {
                self.subscribers.append(connection)
            } else {
                self.subscribers[slot] = connection
            }
        } else {
            connection = ClientConnection(load: self, number: number, channelName: nil)
            let publisher = Publisher(load: self, number: number - connections, connection: connection)
            connection.publisher = publisher
            self.publishers.append(publisher)
        }
        self.dial(connection)
    }

    private func dial(_ connection: ClientConnection) {
        let peer = self.peer(of: connection)
        let bound = NIOLoopBound(connection, eventLoop: self.eventLoop)
        var bootstrap = ClientBootstrap(group: self.eventLoop)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2048, maximum: 65_536)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let security = peer.security {
                        let handler = try NIOSSLClientHandler(context: security, serverHostname: peer.name)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
        if let local = self.settings.localAddress(of: connection.number, to: peer) {
            bootstrap = bootstrap.bind(to: local)
        }
        bootstrap.connect(to: peer.address).whenFailure { error in bound.value.failedToConnect(error) }
    }

    func becameReady(_ connection: ClientConnection, after latency: UInt64) {
        self.counters.ready += 1
        self.counters.opened += 1
        self.counters.lastReady = MonotonicClock.now
        if self.isReconnecting, self.tracksPositions {
            self.histograms.recovery.record(latency)
        } else if self.isReconnecting {
            self.histograms.reconnect.record(latency)
        } else if connection.channelName != nil {
            self.histograms.connect.record(latency)
        }
        self.handshakes -= 1
        self.openMore()
    }

    /// Ends the run.
    func fail(_ failure: BenchmarkFailure) {
        self.failure = self.failure ?? failure
    }

    func ended(_ connection: ClientConnection, wasReady: Bool, _ failure: BenchmarkFailure) {
        if wasReady {
            self.counters.closed += 1
            self.firstEnd = self.firstEnd ?? failure
            if connection.publisher != nil { self.failure = self.failure ?? failure }
        } else {
            self.failure = self.failure ?? failure
        }
    }

    // MARK: The load

    /// Publishes as the plan says, and marks the edges of the measured span.
    func begin(_ span: LoadSpan) {
        for publisher in self.publishers { publisher.begin(span) }
        for time in [span.measureFrom, span.until] {
            let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
            self.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(time)) { bound.value.mark() }
        }
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.patience = self.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            let now = MonotonicClock.now
            for publisher in bound.value.publishers { publisher.checkPatience(now) }
        }
    }

    func stop() {
        for publisher in self.publishers { publisher.stop() }
    }

    func mark() {
        self.marks.append(
            LoopMark(counters: self.counters, processorTime: MonotonicClock.threadTime, time: MonotonicClock.now)
        )
    }

    func published(isMeasured: Bool) {
        let expected = self.settings.subscribersPerChannel
        if isMeasured {
            self.counters.measured.published += 1
            self.counters.measured.expected += expected
        } else {
            self.counters.warmUp.published += 1
            self.counters.warmUp.expected += expected
        }
    }

    func refused(isMeasured: Bool) {
        let expected = self.settings.subscribersPerChannel
        if isMeasured {
            self.counters.measured.refused += 1
            self.counters.measured.expected -= expected
        } else {
            self.counters.warmUp.refused += 1
            self.counters.warmUp.expected -= expected
        }
    }

    func acknowledged(after latency: UInt64) {
        self.counters.acknowledged += 1
        self.histograms.publish.record(latency)
    }

    // MARK: Deliveries

    /// The clock is read at most once for each read of a socket.
    @inline(__always)
    func beginRead(bytes: Int) {
        self.counters.bytes += bytes
        self.now = 0
    }

    @inline(__always)
    func readTime() -> UInt64 {
        if self.now == 0 { self.now = MonotonicClock.now }
        return self.now
    }

    /// Takes a push; false when it is no publication of this run.
    @inline(__always)
    func received(_ message: UnsafeRawBufferPointer, _ connection: ClientConnection) -> Bool {
        guard let (marker, _) = self.finder.next(in: message) else { return false }
        self.delivered(marker, to: connection)
        if self.tracksPositions { self.note(message, connection) }
        return true
    }

    @inline(__always)
    private func delivered(_ marker: PayloadMarker, to connection: ClientConnection) {
        let arrival = connection.tracker.receive(marker.sequence)
        let now = self.readTime()
        if marker.isMeasured {
            Self.count(arrival, in: &self.counters.measured)
            if arrival != .duplicate { self.histograms.delivery.record(now &- min(marker.time, now)) }
        } else {
            Self.count(arrival, in: &self.counters.warmUp)
        }
        guard self.isClosedLoop, arrival != .duplicate else { return }
        if self.rounds?.arrived(marker.sequence) == false { return }
        self.complete(marker)
    }

    @inline(__always)
    private static func count(_ arrival: SequenceTracker.Arrival, in phase: inout LoopCounters.Phase) {
        switch arrival {
        case .first: phase.delivered += 1
        case .late:
            phase.delivered += 1
            phase.reordered += 1
        case .duplicate: phase.duplicated += 1
        }
    }

    /// Remembers where the subscriber stands; only for history, where it costs a second look at the message.
    private func note(_ message: UnsafeRawBufferPointer, _ connection: ClientConnection) {
        let isJSON = self.settings.commands.format == .json
        guard let reply = isJSON ? ServerReply(json: message) : ServerReply(protobuf: message),
            let offset = reply.publicationOffset
        else { return }
        connection.position?.offset = offset
    }

    /// The answer to a reconnect that asked for what it missed: its publications count as deliveries.
    func recovered(
        _ connection: ClientConnection,
        _ subscription: ServerReply.Subscription,
        _ bytes: UnsafeRawBufferPointer
    ) {
        self.counters.recoveries += 1
        guard subscription.recovered else {
            self.counters.recoveriesRefused += 1
            return
        }
        var start = 0
        while let (marker, end) = self.finder.next(in: bytes, from: start) {
            let arrival = connection.tracker.receive(marker.sequence)
            Self.count(arrival, in: &self.counters.measured)
            start = end
        }
    }

    // MARK: Completions

    private func complete(_ marker: PayloadMarker) {
        let publisher = Int(marker.publisher)
        guard publisher < self.settings.plan.publisherCount else { return }
        let loop = (self.settings.plan.connections + publisher) % self.count
        self.completions[loop].append(
            Completion(publisher: marker.publisher, sequence: marker.sequence, time: marker.time)
        )
        self.scheduleCompletions()
    }

    /// Publishes more at the end of this turn.
    func needsFill(_ publisher: Publisher) {
        publisher.isDirty = true
        self.scheduleCompletions()
    }

    /// Once a turn, so that other loops are told once and publications leave together.
    private func scheduleCompletions() {
        guard !self.hasCompletions else { return }
        self.hasCompletions = true
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.eventLoop.execute { bound.value.flushCompletions() }
    }

    private func flushCompletions() {
        self.hasCompletions = false
        self.now = 0
        for loop in self.completions.indices where !self.completions[loop].isEmpty {
            if loop == self.index {
                self.take(self.completions[loop])
                self.completions[loop].removeAll(keepingCapacity: true)
            } else {
                let completions = self.completions[loop]
                self.completions[loop] = []
                let peer = self.peers[loop]
                self.peers[loop].eventLoop.execute { peer.value.takeFromPeer(completions) }
            }
        }
        for publisher in self.publishers where publisher.isDirty { publisher.fill() }
    }

    private func takeFromPeer(_ completions: [Completion]) {
        self.now = 0
        self.take(completions)
        for publisher in self.publishers where publisher.isDirty { publisher.fill() }
    }

    private func take(_ completions: [Completion]) {
        let first = self.publishers.first?.number ?? 0
        for completion in completions {
            // Publishers of a loop are `count` apart.
            let slot = (Int(completion.publisher) - first) / self.count
            guard self.publishers.indices.contains(slot) else { continue }
            self.publishers[slot].completed(completion.sequence, sentAt: completion.time)
        }
    }
}
