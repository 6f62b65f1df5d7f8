import NIOCore

/// Publishes on its channels in turn, at the pace of the plan. Confined to the event loop of its connection.
///
/// A closed loop has a fixed number of publications under way. One is over when it has reached all its subscribers, or
/// was refused; when nothing has been over for `patience`, all that are under way are given up.
final class Publisher {
    /// After so many nanoseconds without any delivery a closed loop goes on without those under way.
    static let patience: UInt64 = 5_000_000_000

    let load: LoadLoop
    /// Index among the publishers.
    let number: Int
    let connection: ClientConnection
    /// Whether a completion came since the last `fill`.
    var isDirty = false
    private let channels: [Int]
    private var names: [[UInt8]]
    private var sequences: [UInt32]
    private var turn = 0
    private var pending = PendingPublishes(firstID: ClientCommands.firstPublishID)
    private var span = LoadSpan(start: 0, measureFrom: 0, until: 0)
    private var isRunning = false
    private var message: [UInt8] = []

    private let inFlight: Int
    private var outstanding = 0
    private var rounds: RoundCounter?
    private var givenUpUntil: UInt64 = 0
    private var lastProgress: UInt64 = 0

    private var schedule: SendSchedule?
    private var sent = 0
    private var timer: Scheduled<Void>?

    init(load: LoadLoop, number: Int, connection: ClientConnection) {
        let settings = load.settings
        let count = settings.plan.publisherCount
        self.load = load
        self.number = number
        self.connection = connection
        self.channels = Array(stride(from: number, to: settings.plan.channelCount, by: count))
        self.names = self.channels.map { Array(settings.channelName($0).utf8) }
        self.sequences = Array(repeating: 0, count: self.channels.count)
        if case .closed(let inFlight) = settings.plan.load {
            self.inFlight = inFlight / count + (number < inFlight % count ? 1 : 0)
        } else {
            self.inFlight = 0
        }
        if self.inFlight > 0, settings.plan.channelCount == 1 {
            self.rounds = RoundCounter(arrivals: load.receivingLoops, inFlight: self.inFlight)
        }
    }

    // MARK: Running

    /// Publishes from `span.start` until `span.until`.
    func begin(_ span: LoadSpan) {
        self.span = span
        self.isRunning = true
        self.lastProgress = span.start
        switch self.load.settings.plan.load {
        case .closed: break
        case .rate(let rate):
            let publishers = self.load.settings.plan.publisherCount
            self.schedule = SendSchedule(start: span.start, rate: rate, publisher: self.number, of: publishers)
        case .bursts(let size, let interval):
            self.schedule = SendSchedule(start: span.start, burst: size, interval: interval.nanoseconds)
        }
        self.wake(at: span.start)
    }

    /// Publishes no more.
    func stop() {
        self.isRunning = false
        self.timer?.cancel()
        self.timer = nil
    }

    /// Publishes `count` at once, whatever the plan's pace; for history.
    func publish(count: Int) {
        for _ in 0..<count { self.publish(at: MonotonicClock.now, isMeasured: true) }
        self.connection.flush()
    }

    private func wake(at time: UInt64) {
        let deadline = NIODeadline.uptimeNanoseconds(time)
        let bound = NIOLoopBound(self, eventLoop: self.load.eventLoop)
        self.timer = self.load.eventLoop.scheduleTask(deadline: deadline) { bound.value.woke() }
    }

    private func woke() {
        guard self.isRunning else { return }
        if self.schedule == nil { return self.fill() }
        self.sendDue()
    }

    private func sendDue() {
        guard let schedule = self.schedule else { return }
        let due = schedule.due(by: MonotonicClock.now)
        while self.sent < due {
            let time = schedule.time(of: self.sent)
            guard time < self.span.until else { return self.connection.flush() }
            self.publish(at: time, isMeasured: time >= self.span.measureFrom)
            self.sent += 1
        }
        self.connection.flush()
        self.wake(at: schedule.time(of: self.sent))
    }

    /// Publishes as many as may be under way.
    func fill() {
        self.isDirty = false
        guard self.isRunning, self.schedule == nil else { return }
        if let rawHop = self.load.rawHop, self.outstanding == 0, MonotonicClock.now < self.span.until {
            return rawHop.send(isMeasured: MonotonicClock.now >= self.span.measureFrom) { self.publishInFlight() }
        }
        self.publishInFlight()
    }

    private func publishInFlight() {
        guard self.isRunning else { return }
        while self.outstanding < self.inFlight {
            let now = MonotonicClock.now
            guard now < self.span.until else { break }
            guard now >= self.span.start else { break }
            self.outstanding += 1
            self.publish(at: now, isMeasured: now >= self.span.measureFrom)
        }
        self.connection.flush()
    }

    private func publish(at time: UInt64, isMeasured: Bool) {
        let turn = self.turn
        self.turn = turn + 1 == self.channels.count ? 0 : turn + 1
        let marker = PayloadMarker(
            publisher: UInt32(self.number),
            isMeasured: isMeasured,
            sequence: self.sequences[turn],
            time: time
        )
        self.sequences[turn] &+= 1
        let id = self.pending.add(time: time, channel: UInt32(turn), isMeasured: isMeasured)
        let settings = self.load.settings
        settings.commands.publish(
            id: id,
            channel: self.names[turn],
            marker: marker,
            sign: settings.sign,
            into: &self.message
        )
        self.connection.send(self.message)
        self.load.published(isMeasured: isMeasured)
    }

    // MARK: What became of it

    /// The server took it.
    func acknowledged(_ id: UInt64) {
        guard let entry = self.pending.remove(id), entry.isMeasured else { return }
        self.load.acknowledged(after: self.load.readTime() - entry.time)
    }

    /// The server refused it. Temporary refusals are counted; others end the run.
    func refused(_ id: UInt64, _ failure: ServerReply.Failure) throws(BenchmarkFailure) {
        guard let entry = self.pending.remove(id) else { return }
        guard failure.isTemporary else {
            let name = String(decoding: self.names[Int(entry.channel)], as: UTF8.self)
            throw ServerRefusal.explain("publish", failure, channel: name)
        }
        self.load.refused(isMeasured: entry.isMeasured)
        if self.inFlight > 0, self.outstanding > 0 {
            self.outstanding -= 1
            self.load.needsFill(self)
        }
    }

    /// All subscribers of one loop have received a publication.
    func completed(_ sequence: UInt32, sentAt time: UInt64) {
        if self.rounds?.arrived(sequence) == false { return }
        guard time >= self.givenUpUntil, self.outstanding > 0 else { return }
        self.outstanding -= 1
        self.lastProgress = self.load.readTime()
        self.isDirty = true
    }

    /// Goes on without what has been under way for too long.
    func checkPatience(_ now: UInt64) {
        guard self.isRunning, self.outstanding > 0, now > self.lastProgress + Self.patience else { return }
        self.load.counters.givenUp += self.outstanding
        self.outstanding = 0
        self.givenUpUntil = now
        self.lastProgress = now
        self.fill()
    }
}

extension Duration {
    /// As a number for calculations; exact up to 2⁵³ ns.
    var nanoseconds: Double {
        Double(self.components.seconds) * 1e9 + Double(self.components.attoseconds) / 1e9
    }
}
