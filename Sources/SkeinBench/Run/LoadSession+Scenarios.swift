extension LoadSession {
    /// Fan-out, bursts, unicast and hop: they differ in channels, pace and addresses only.
    mutating func runLoad() async throws {
        try await self.connect()
        if let redis = self.plan.redis { try await self.load.openRawHop(redis, publisher: self.plan.connections) }
        let span = await self.span()
        try await self.load.each { $0.begin(span) }
        try await self.measure(span)
        try await self.drain()
    }

    /// Holds the connections, then lets them go and looks at the memory again.
    mutating func runIdle() async throws {
        try await self.connect()
        let span = await self.span()
        try await self.load.each { $0.begin(span) }
        try await self.measure(span)
        if let reading = try self.readServer(exact: true) { self.server?.residentAfter = reading.residentBytes }
        try await self.disconnect()
    }

    /// Connects all, cuts all, and connects all again.
    mutating func runStorm() async throws {
        await self.waitForOthers()
        self.share?.tell(.measuring)
        let before = try self.readServer()
        let began = MonotonicClock.now
        try await self.load.each { $0.mark() }
        try await self.connect()
        try await self.load.each { $0.cut(first: .max) }
        try await self.reconnect(self.plan.connections)
        try await self.load.each { $0.mark() }
        self.share?.tell(.measured)
        try await self.readMarks(since: began, before)
        try await self.disconnect()
    }

    /// Opens the first `count` connections again.
    mutating func reconnect(_ count: Int) async throws {
        try await self.load.each { $0.isReconnecting = true }
        let began = MonotonicClock.now
        try await self.open(0..<count, phase: .reconnecting)
        let lastReady = try await self.load.counters().lastReady
        self.outcome.reconnectsPerSecond = Double(count) * 1e9 / Double(max(lastReady, began + 1) - began)
    }

    /// Takes over what the loops had counted, and what the server has used, for scenarios without a fixed span.
    mutating func readMarks(since began: UInt64, _ before: ServerReading?) async throws {
        self.outcome.read(try await self.load.each { $0.marks })
        self.outcome.seconds = Double(MonotonicClock.now - began) / 1e9
        // Nobody publishes most of the time; a rate would say nothing.
        self.outcome.publishedPerSecond = 0
        self.outcome.deliveredPerSecond = 0
        guard let before, let after = try self.readServer() else { return }
        self.server?.userSeconds = after.userSeconds - before.userSeconds
        self.server?.systemSeconds = after.systemSeconds - before.systemSeconds
    }

    /// Closes all connections and waits four seconds for the server's memory: servers give it back with a delay.
    mutating func disconnect() async throws {
        self.progress(BenchmarkProgress(phase: .disconnecting))
        try await self.load.each { $0.closeAll() }
        guard var last = try self.readServer(exact: true) else { return }
        for _ in 0..<16 {
            await Self.pause(250_000_000)
            guard let reading = try self.readServer(exact: true) else { return }
            last = reading
            if Task.isCancelled { break }
        }
        self.server?.residentAfterDisconnect = last.residentBytes
    }
}
