extension BenchmarkPlan {
    /// The part of one of several processes: its connections and its part of the pace. All have the same run id.
    ///
    /// With one channel the first process publishes for all, at the pace of the plan; the others only receive.
    public func share(_ index: Int, of count: Int, run: UInt32) -> Self {
        var plan = self
        plan.run = run
        plan.serverProcesses = []
        plan.connections = Self.part(self.connections, index, count)
        plan.handshakes = max(1, Self.part(self.handshakes, index, count))
        plan.firstConnection = (0..<index).reduce(0) { $0 + Self.part(self.connections, $1, count) }
        if self.channelCount == 1 {
            plan.onlyReceives = index > 0 && self.publisherCount > 0
            return plan
        }
        plan.channelPrefix = "\(self.channelPrefix)\(index)-"
        plan.publishers = max(1, Self.part(self.publishers, index, count))
        switch self.load {
        case .closed(let inFlight): plan.load = .closed(inFlight: max(1, Self.part(inFlight, index, count)))
        case .rate(let rate): plan.load = .rate(rate / Double(count))
        case .bursts: break
        }
        return plan
    }

    /// Throws when the scenario cannot be shared.
    public func validate(processes: Int) throws(BenchmarkFailure) {
        guard processes > 1 else { return }
        switch self.scenario {
        case .hop, .history: throw BenchmarkFailure("--processes: \(self.scenario.rawValue) runs in one process.")
        case .fanout where !self.load.isOpen:
            throw BenchmarkFailure("--processes: a closed loop cannot span processes; use --rate.")
        case .unicast:
            if case .closed(let inFlight) = self.load, inFlight < max(processes, self.publishers) {
                throw BenchmarkFailure("--processes \(processes) needs --in-flight \(processes) or more.")
            }
        case .fanout, .burst, .idle, .storm: break
        }
        guard processes <= min(1000, self.connections) else {
            throw BenchmarkFailure("--processes \(processes) is more than there are connections, or than 1000.")
        }
    }

    private static func part(_ whole: Int, _ index: Int, _ count: Int) -> Int {
        whole / count + (index < whole % count ? 1 : 0)
    }
}
