extension LoadSession {
    /// Publications that are under way at a time while subscribers are away.
    private static let batch = 100

    /// Cuts a share of the subscribers, publishes while they are away, and lets them come back.
    mutating func runHistory() async throws {
        try await self.connect()
        let before = try self.readServer()
        let began = MonotonicClock.now
        try await self.load.each { $0.mark() }
        let away = max(1, Int((Double(self.plan.connections) * self.plan.cutShare).rounded()))
        try await self.load.each { $0.cut(first: away) }
        try await self.publishMissed()
        try await self.reconnect(away)
        try await self.drain()
        try await self.load.each { $0.mark() }
        try await self.readMarks(since: began, before)
    }

    /// In batches that wait for their answers, so that no limit of the server comes into play.
    private func publishMissed() async throws {
        self.progress(BenchmarkProgress(phase: .measuring))
        var published = 0
        while published < self.plan.missedMessages, !Task.isCancelled {
            let count = min(Self.batch, self.plan.missedMessages - published)
            try await self.load.each { load in load.publishers.first?.publish(count: count) }
            published += count
            let deadline = MonotonicClock.now + 10_000_000_000
            while true {
                let counters = try await self.load.counters()
                if let failure = try await self.load.failure() { throw failure }
                if counters.acknowledged + counters.measured.refused >= published { break }
                guard MonotonicClock.now < deadline else {
                    throw BenchmarkFailure(
                        "the server has answered \(counters.acknowledged) of \(published) publications in 10 s"
                    )
                }
                await Self.pause(1_000_000)
            }
        }
    }
}
