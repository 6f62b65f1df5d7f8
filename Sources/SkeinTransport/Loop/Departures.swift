import SkeinCore

/// The sessions of one event loop that are told to go elsewhere, a few at each turn of the timer wheel. Confined to its event loop.
struct Departures {
    private var chosen: [SessionHandler] = []
    private var queue = PacedQueue<SessionHandler>()
    private var code = DisconnectCode.shutdown

    /// Sessions that have not been told yet.
    var count: Int { self.queue.count }

    /// Remembers who has to go.
    mutating func choose(_ sessions: [SessionHandler]) {
        self.chosen = sessions
    }

    /// Begins to let those go who were chosen: their part of `rate`, as they are a part of `total`.
    mutating func begin(rate: Double, among total: Int, code: DisconnectCode, now: MonotonicInstant) {
        self.code = code
        guard !self.chosen.isEmpty else { return }
        self.queue.add(self.chosen, rate: rate * Double(self.chosen.count) / Double(total), now: now)
        self.chosen = []
    }

    /// Tells those whose time has come.
    mutating func advance(now: MonotonicInstant) {
        for session in self.queue.due(now: now, where: \.isOpen) { session.disconnect(self.code) }
    }

    /// Whoever was not told stays.
    mutating func cancel() {
        self.queue.removeAll()
        self.chosen = []
    }
}

extension LoopContext {
    var departuresLeft: Int { self.departures.count }

    func chooseDepartures(where isIncluded: (UInt64?) -> Bool) -> Int {
        let sessions = self.directory.all.filter { isIncluded($0.position) }
        self.departures.choose(sessions)
        return sessions.count
    }

    func beginDepartures(rate: Double, among total: Int, code: DisconnectCode) {
        self.departures.begin(rate: rate, among: total, code: code, now: self.now)
    }

    func cancelDepartures() {
        self.departures.cancel()
    }
}
