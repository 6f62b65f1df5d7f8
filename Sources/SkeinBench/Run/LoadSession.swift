import Histogram

/// The course of one run: what all scenarios share. Used by one task.
struct LoadSession {
    let plan: BenchmarkPlan
    let load: LoadGroup
    let progress: BenchmarkRun.ProgressHandler
    var outcome = LoadOutcome()
    var samples: [ReportSample] = []
    var server: ServerUsage?
    /// What the other processes of the run wait for; nil for a run of one process.
    var share: ShareEvents?
    private var last: (counters: LoopCounters, server: ServerReading?, time: UInt64)?

    /// Without progress for so long a run gives up connecting.
    private static let connectPatience: UInt64 = 15_000_000_000
    private static let pollInterval: UInt64 = 20_000_000

    init(plan: BenchmarkPlan, load: LoadGroup, progress: @escaping BenchmarkRun.ProgressHandler) {
        self.plan = plan
        self.load = load
        self.progress = progress
    }

    /// Runs the scenario.
    mutating func run() async throws -> ScenarioSummary {
        switch self.plan.scenario {
        case .fanout, .burst, .unicast, .hop: try await self.runLoad()
        case .idle: try await self.runIdle()
        case .storm: try await self.runStorm()
        case .history: try await self.runHistory()
        }
        try await self.collect()
        return ScenarioSummary(
            plan: self.plan,
            outcome: self.outcome,
            samples: self.samples,
            server: self.server
        )
    }

    // MARK: Connections

    /// Opens all subscribers, then all publishers; throws what the server has against it.
    mutating func connect() async throws {
        let before = try self.readServer(exact: true)
        let began = MonotonicClock.now
        let subscribers = self.plan.connections
        try await self.open(0..<subscribers, phase: .connecting)
        let took = Double(max(1, try await self.load.counters().lastReady - min(began, MonotonicClock.now))) / 1e9
        self.outcome.connectsPerSecond = Double(subscribers) / took
        if self.plan.publisherCount > 0 {
            try await self.open(subscribers..<subscribers + self.plan.publisherCount, phase: .connecting)
        }
        guard let before, let after = try self.readServer(exact: true) else { return }
        self.server = ServerUsage(
            userSeconds: 0,
            systemSeconds: 0,
            residentBefore: before.residentBytes,
            residentAfter: after.residentBytes,
            bytesPerConnection: Double(after.residentBytes - before.residentBytes) / Double(subscribers)
        )
    }

    /// Opens these connections and waits until they are ready.
    func open(_ numbers: Range<Int>, phase: BenchmarkProgress.Phase) async throws {
        let target = try await self.load.counters().opened + numbers.count
        try await self.load.each { $0.open(numbers) }
        var (opened, lastProgress) = (-1, MonotonicClock.now)
        while true {
            let counters = try await self.load.counters()
            if let failure = try await self.load.failure() { throw failure }
            self.tellConnecting(phase, counters)
            if counters.opened >= target { return }
            let now = MonotonicClock.now
            if counters.opened != opened { (opened, lastProgress) = (counters.opened, now) }
            guard now < lastProgress + Self.connectPatience else {
                throw BenchmarkFailure(
                    "only \(counters.ready) of \(self.plan.connections) connections are ready, and nothing has moved"
                        + " for \(Self.connectPatience / 1_000_000_000) s: is the server's limit of connections lower?"
                )
            }
            if Task.isCancelled { throw BenchmarkFailure("interrupted before all connections were ready") }
            await Self.pause(Self.pollInterval)
        }
    }

    private func tellConnecting(_ phase: BenchmarkProgress.Phase, _ counters: LoopCounters) {
        let target = self.plan.connections + self.plan.publisherCount
        self.progress(BenchmarkProgress(phase: phase, connections: counters.ready, targetConnections: target))
    }

    // MARK: Measuring

    /// Warms up and measures; `span` has been given to the loops.
    mutating func measure(_ span: LoadSpan) async throws {
        await self.sample(until: span.measureFrom, from: span.start, phase: .warmingUp)
        self.share?.tell(.measuring)
        let before = try self.readServer()
        self.last = nil
        await self.sample(until: span.until, from: span.measureFrom, phase: .measuring)
        if Task.isCancelled {
            self.outcome.isInterrupted = true
            try await self.load.each { $0.mark() }
        } else {
            // The loops' own marks are set at the end of the span; they come before what is asked for here.
            try await self.load.each { _ in }
        }
        self.share?.tell(.measured)
        let after = try self.readServer()
        if let before, let after {
            self.server?.userSeconds = after.userSeconds - before.userSeconds
            self.server?.systemSeconds = after.systemSeconds - before.systemSeconds
        }
        self.outcome.read(try await self.load.each { $0.marks })
        if let server = self.server, self.outcome.deliveredInSpan > 0 {
            let seconds = server.userSeconds + server.systemSeconds
            self.server?.microsecondsPerDelivery = seconds * 1e6 / Double(self.outcome.deliveredInSpan)
        }
    }

    /// Takes a sample every second, more often in a short run, until the time has come or the task is cancelled.
    private mutating func sample(until end: UInt64, from start: UInt64, phase: BenchmarkProgress.Phase) async {
        let length = end > start ? end - start : 0
        let interval = min(1_000_000_000, max(50_000_000, length / 10))
        var next = start + interval
        while !Task.isCancelled {
            let now = MonotonicClock.now
            if now >= min(next, end) {
                await self.takeSample(phase, now: now, start: start, length: length)
                next += interval
                if now >= end { return }
                continue
            }
            await Self.pause(min(100_000_000, min(next, end) - now))
        }
    }

    private mutating func takeSample(
        _ phase: BenchmarkProgress.Phase,
        now: UInt64,
        start: UInt64,
        length: UInt64
    ) async {
        guard let counters = try? await self.load.counters() else { return }
        let server = try? self.readServer()
        defer { self.last = (counters, server, now) }
        var progress = BenchmarkProgress(
            phase: phase,
            connections: counters.ready,
            targetConnections: self.plan.connections + self.plan.publisherCount
        )
        progress.elapsedSeconds = Double(now - min(start, now)) / 1e9
        progress.totalSeconds = Double(length) / 1e9
        progress.serverResidentBytes = server?.residentBytes
        if let last = self.last, now > last.time {
            let span = Double(now - last.time) / 1e9
            progress.publishedPerSecond = Double(counters.published - last.counters.published) / span
            progress.deliveredPerSecond = Double(counters.delivered - last.counters.delivered) / span
            if let earlier = last.server, let server {
                progress.serverCPUFraction = max(0, server.processorSeconds - earlier.processorSeconds) / span
            }
        }
        if let delivery = try? await self.load.histograms().delivery, delivery.totalCount > 0 {
            progress.p50Microseconds = Double(delivery.valueAtPercentile(50)) / 1000
            progress.p99Microseconds = Double(delivery.valueAtPercentile(99)) / 1000
        }
        if phase == .measuring, self.last != nil { self.samples.append(ReportSample(progress)) }
        self.progress(progress)
    }

    /// Waits for what is still under way, until nothing has arrived for 1.5 s.
    mutating func drain() async throws {
        self.progress(BenchmarkProgress(phase: .draining))
        try await self.load.each { $0.stop() }
        var (delivered, lastProgress) = (-1, MonotonicClock.now)
        while true {
            let counters = try await self.load.counters()
            let now = MonotonicClock.now
            if counters.delivered >= counters.expected, !self.plan.onlyReceives { return }
            if counters.delivered != delivered { (delivered, lastProgress) = (counters.delivered, now) }
            if now > lastProgress + 1_500_000_000 { return }
            await Self.pause(Self.pollInterval)
        }
    }

    // MARK: Parts

    /// Returns at once in a run of one process.
    func waitForOthers() async {
        guard let share = self.share else { return }
        await share.ready()
    }

    /// Nil without process ids.
    func readServer(exact: Bool = false) throws(BenchmarkFailure) -> ServerReading? {
        guard !self.plan.serverProcesses.isEmpty else { return nil }
        return try ServerReading(of: self.plan.serverProcesses, exact: exact)
    }

    /// A span that begins at once, or as soon as all processes of the run are ready.
    func span() async -> LoadSpan {
        await self.waitForOthers()
        let start = MonotonicClock.now + 20_000_000
        let measureFrom = start + UInt64(self.plan.warmup.nanoseconds)
        return LoadSpan(
            start: start,
            measureFrom: measureFrom,
            until: measureFrom + UInt64(self.plan.duration.nanoseconds)
        )
    }

    /// Copies out what the loops have counted.
    private mutating func collect() async throws {
        self.outcome.counters = try await self.load.counters()
        self.outcome.histograms = try await self.load.histograms()
        if let failure = try await self.load.failure() { throw failure }
        let ends = try await self.load.each { $0.firstEnd }.compactMap { $0 }
        if let end = ends.first {
            self.outcome.warnings.append("\(self.outcome.counters.closed) connections ended during the run: \(end)")
        }
    }

    /// Waits without regard to cancellation, so that an interrupted run still ends in order.
    static func pause(_ nanoseconds: UInt64) async {
        await Task.detached { try? await Task.sleep(nanoseconds: nanoseconds) }.value
    }
}

extension ReportSample {
    init(_ progress: BenchmarkProgress) {
        self.init(
            seconds: progress.elapsedSeconds,
            connections: progress.connections,
            publishedPerSecond: progress.publishedPerSecond,
            deliveredPerSecond: progress.deliveredPerSecond,
            serverCPUFraction: progress.serverCPUFraction,
            serverResidentBytes: progress.serverResidentBytes
        )
    }
}
