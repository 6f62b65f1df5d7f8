import DequeModule
import NIOCore
import SkeinCluster
import SkeinCore

/// Everything that belongs to one event loop: its sessions, their channels, their deadlines, and the turn.
///
/// Confined to its event loop, the only owner of all of it: no locks. The only way in for other threads is the inbox.
final class LoopContext {
    let eventLoop: any EventLoop
    let index: Int
    let node: NodeContext
    let inbox: LoopInbox
    let buffers = BufferPool()
    var commandList = CommandList()
    /// Replaced on reload.
    var policy: SessionPolicy
    var hub = LocalHub<Member, ChannelFanout>()
    var directory: SessionDirectory
    var timers: TimerWheel
    /// Sessions that are told to go elsewhere.
    var departures = Departures()
    /// Whether clients may come; those who are here stay.
    var acceptsHandshakes = true
    /// Whether commands and requests are no longer accepted.
    private(set) var isStopping = false
    /// Connections that are no channels; nil where the system has no way to watch them.
    var sockets: SocketSet?
    /// The time at the start of what the loop is doing now.
    private(set) var now: MonotonicInstant

    private let loopCount: Int
    private var admission: Admission
    private var deliveries: [LoopInbox.Delivery] = []
    private var activeGroups: [ChannelGroup] = []
    private let activeSessions = FlushQueue<SessionHandler>()
    private var isTurnScheduled = false
    private var isLateFlushScheduled = false
    private var encodings = [EventBatch.Encoding](repeating: .notYet, count: EncodingVariant.count)
    private var wheelTask: RepeatedTask?
    /// Those who wait to be told that they missed something.
    private var cutOffs: Deque<Subscription> = []
    private var cutOffsPerTick = LoopContext.cutOffBurst

    /// How many are told at once, in a turn or a tick of the timer wheel.
    private static let cutOffBurst = 20
    /// Within how many ticks the last of many is told: 8 seconds.
    private static let cutOffTicks = 80

    init(index: Int, of loopCount: Int = 1, inbox: LoopInbox, node: NodeContext, policy: SessionPolicy) {
        self.eventLoop = inbox.eventLoop
        self.index = index
        self.loopCount = loopCount
        self.inbox = inbox
        self.node = node
        self.policy = policy
        self.directory = SessionDirectory(census: node.users)
        self.now = node.clock.now()
        self.timers = TimerWheel(now: self.now)
        self.admission = Admission(limits: policy.admission.share(of: loopCount), now: self.now)
    }

    /// Starts the timer wheel.
    func start() {
        let wheel = TimeAmount.milliseconds(100)
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.wheelTask = self.eventLoop.scheduleRepeatedTask(initialDelay: wheel, delay: wheel) { _ in
            bound.value.advanceTimers()
        }
    }

    /// Stops the timer wheel, and looking at sockets.
    func stop() {
        self.sockets?.stop()
        self.sockets = nil
        self.wheelTask?.cancel()
        self.wheelTask = nil
    }

    /// Reads the clock, once for all that follows in this event.
    func refreshNow() {
        self.now = self.node.clock.now()
    }

    /// From now on nothing new is begun on the loop: what is not accepted is not acknowledged either.
    func beginStopping() {
        self.isStopping = true
    }

    /// Whether one more client may come now. Connections are spread over the loops, so each has its part of the node's rate.
    func admit() -> Admission.Decision {
        var generator = SystemRandomNumberGenerator()
        return self.admission.decide(self.policy.admission.share(of: self.loopCount), now: self.now, using: &generator)
    }

    /// Sends everything that has been accepted anywhere, then ends every connection of the loop. O(connections). All loops must have
    /// begun to stop.
    func endAll(code: DisconnectCode) {
        self.finishTurn()
        for timed in self.timers.all { timed.serverStops(code: code) }
    }

    /// Whether one more client may come now; who may not has not been counted, and can be asked about again with ``admit()``.
    func admitsAtOnce() -> Bool {
        self.acceptsHandshakes && !self.isStopping
            && self.admission.admitsAtOnce(self.policy.admission.share(of: self.loopCount), now: self.now)
    }

    private func advanceTimers() {
        self.refreshNow()
        for timed in self.timers.advance(now: self.now) { timed.deadlineReached() }
        self.departures.advance(now: self.now)
        if self.cutOffs.isEmpty {
            self.cutOffsPerTick = Self.cutOffBurst
        } else {
            self.tellCutOffs(self.cutOffsPerTick)
        }
    }

    // MARK: The turn

    /// The session has something to send at the end of this turn.
    func markActive(_ session: SessionHandler) {
        self.activeSessions.append(session)
        guard !self.isTurnScheduled else { return }
        self.isTurnScheduled = true
        self.eventLoop.assumeIsolated().execute { self.finishTurn() }
    }

    /// Ends a turn: everything that arrived and was answered in it leaves, with one write for each session.
    ///
    /// Runs as the task that the first message of a turn schedules. Replies go out in front of publications, so that nothing
    /// overtakes the reply that it depends on. What would take longer than a turn may is sent between the turns after it.
    func finishTurn() {
        self.isTurnScheduled = false
        self.refreshNow()
        self.inbox.exchange(for: &self.deliveries)
        // By index: an element of a loop is a copy, and each of them counts references.
        for index in self.deliveries.indices {
            guard let group = self.hub.group(of: self.deliveries[index].topic) else { continue }
            if group.attachment.events.isEmpty { self.activeGroups.append(group) }
            group.attachment.events.append(self.deliveries[index].event)
        }
        self.deliveries.removeAll(keepingCapacity: self.deliveries.capacity <= 4096)
        // With one channel in the turn a frame is all that a subscriber gets, and can leave while its session is in the caches.
        let sendsAtOnce = self.activeGroups.count == 1
        for group in self.activeGroups { self.fanOut(group, sendsAtOnce: sendsAtOnce) }
        self.activeGroups.removeAll(keepingCapacity: true)
        if !self.cutOffs.isEmpty, self.cutOffs.count <= Self.cutOffBurst { self.tellCutOffs(self.cutOffs.count) }
        self.flushSessions()
    }

    private func flushSessions() {
        let isSomebodyLate = self.activeSessions.flush(clock: self.node.clock.now) { $0.flush() }
        if isSomebodyLate, !self.isLateFlushScheduled { self.scheduleLateFlush() }
    }

    /// The late ones go on after the loop has looked at its sockets: a task that is due at once would run before. There is one such
    /// task at a time, because of two the other would always be due.
    private func scheduleLateFlush() {
        self.isLateFlushScheduled = true
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.eventLoop.scheduleTask(in: .microseconds(100)) { bound.value.flushLate() }
    }

    private func flushLate() {
        self.isLateFlushScheduled = false
        self.refreshNow()
        let isSomebodyLate = self.activeSessions.flushLate(clock: self.node.clock.now) { $0.flush() }
        if isSomebodyLate { self.scheduleLateFlush() }
    }

    /// Encodes the group's events once for each variant, and stages or sends them for every member. O(members). What would take
    /// longer than a slice to send is staged.
    private func fanOut(_ group: ChannelGroup, sendsAtOnce: Bool) {
        let fanout = group.attachment
        self.cutOffMembers(of: group)
        var batch = EventBatch(group: group, pool: self.buffers, scratch: &self.encodings)
        var delivered = 0
        var incapable: [SessionHandler] = []
        var cutOff: [Subscription] = []
        var slice = SendSlice(isOpen: sendsAtOnce, now: self.now)
        group.members.withUnsafeMutableBufferPointer { members in
            for index in members.indices {
                if index + 4 < members.count { members[index + 4].session.prefetch() }
                if index + 2 < members.count { members[index + 2].session.prefetchSocket() }
                switch self.encoding(for: &members[index], in: fanout, batch: &batch) {
                case .notYet, .nothing:
                    break
                case .frame(let frame):
                    if slice.takesOneMore(clock: self.node.clock.now) {
                        members[index].session.send(frame)
                    } else {
                        members[index].session.stage(frame)
                    }
                    delivered += frame.publications
                    if members[index].variant.delta == .patchAfterFirst, frame.publications > 0 {
                        members[index].variant.delta = .patch
                    }
                case .inexpressible:
                    incapable.append(members[index].session)
                case .cutOff:
                    cutOff.append(members[index].subscription)
                }
            }
        }
        if delivered > 0 { self.node.metrics.delivered(delivered) }
        batch.end(fanout, scratch: &self.encodings)
        for session in incapable { session.disconnect(.inappropriateProtocol) }
        for subscription in cutOff { self.cutOff(subscription) }
    }

    private func encoding(
        for member: inout Member,
        in fanout: ChannelFanout,
        batch: inout EventBatch
    ) -> EventBatch.Encoding {
        if member.needsAttention {
            switch member.subscription.catchUp {
            case .none:
                member.needsAttention = false
            case .buffering:
                member.subscription.keep(batch.events)
                return .nothing
            case .cutOff:
                return .nothing
            case .skipping(let through):
                if member.subscription.isCutOff(by: batch.events) { return .cutOff }
                guard let first = batch.first else { break }
                guard first.offset > through.offset else {
                    defer { member.subscription.passed(batch.events) }
                    return batch.encoding(for: member.variant, where: member.subscription.admits)
                }
                member.subscription.catchUp = .none
                member.needsAttention = false
            }
        }
        if !batch.excludedClients.isEmpty, batch.excludedClients.contains(member.session.clientID) {
            let client = member.session.clientID
            return batch.encoding(for: member.variant) { event in
                guard case .publication(let publication) = event else { return true }
                return publication.excludedClient != client
            }
        }
        if fanout.slowConsumer == .keepLatest, member.session.isCongested, batch.publicationCount > 1 {
            self.node.metrics.dropped(batch.publicationCount - 1, reason: .slowConsumer)
            return batch.newest(for: member.variant)
        }
        return batch.encoding(for: member.variant)
    }

    /// A publication does not follow the one before it: what is between is lost here, and whoever follows positions has to
    /// hear of it before anything else (guarantee G3).
    private func cutOffMembers(of group: ChannelGroup) {
        guard group.attachment.hasGap else { return }
        self.node.metrics.liveGap()
        for member in group.members where member.subscription.followsPositions && !member.needsAttention {
            self.cutOff(member.subscription)
        }
    }

    /// The subscriber gets nothing more and is told that it has to subscribe again: at the end of the turn while they are few,
    /// otherwise within ``cutOffTicks``, so that not all of them come back at once.
    private func cutOff(_ subscription: Subscription) {
        subscription.catchUp = .cutOff
        subscription.group.members[subscription.slot].needsAttention = true
        self.cutOffs.append(subscription)
    }

    /// Tells `count` subscribers, those who were cut off first.
    private func tellCutOffs(_ count: Int) {
        for subscription in self.cutOffs.prefix(count) {
            guard case .cutOff = subscription.catchUp, subscription.isMember else { continue }
            subscription.group.members[subscription.slot].session.lostPosition(subscription)
        }
        self.cutOffs.removeFirst(min(count, self.cutOffs.count))
        self.cutOffsPerTick = max(self.cutOffsPerTick, self.cutOffs.count / Self.cutOffTicks + 1)
    }
}

extension ChannelFanout {
    /// Whether a publication of this turn does not follow the one before it.
    fileprivate var hasGap: Bool {
        var last = self.last
        for event in self.events {
            switch event {
            case .publication(let publication) where publication.offset > 0:
                if last.offset > 0, publication.offset != last.offset + 1 || publication.epoch != last.epoch {
                    return true
                }
                last = publication.position
            case .gap:
                return true
            case .publication, .join, .leave:
                break
            }
        }
        return false
    }

    /// The turn is over: its last publication is what the next one follows.
    func remember(_ events: [TopicEvent]) {
        var newest: StreamPosition?
        search: for event in events.reversed() {
            switch event {
            case .publication(let publication):
                if publication.offset > 0 { newest = newest ?? publication.position }
                self.base = publication.allowsDelta ? publication : nil
                break search
            case .gap(let position):
                newest = newest ?? position
            case .join, .leave:
                break
            }
        }
        if let newest { self.last = newest }
    }
}

@available(*, unavailable)
extension LoopContext: Sendable {}
