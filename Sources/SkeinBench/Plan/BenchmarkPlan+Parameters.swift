extension BenchmarkPlan {
    /// What decides the figures, for the head of the report.
    var parameters: [ReportParameter] {
        var parameters: [ReportParameter] = []
        func add(_ name: String, _ value: String) { parameters.append(ReportParameter(name: name, value: value)) }
        if let subscriberTarget = self.subscriberTarget { add("subscribers at", subscriberTarget.description) }
        add("connections", "\(self.connections)")
        if self.publisherCount > 0 {
            add("publishers", "\(self.publisherCount)")
            add("payload", "\(self.payload) B")
        }
        switch self.scenario {
        case .fanout, .burst, .unicast, .hop:
            add("load", self.load.description)
            add("warm-up", Self.seconds(self.warmup))
            add("duration", Self.seconds(self.duration))
        case .idle: add("duration", Self.seconds(self.duration))
        case .storm: add("handshakes in flight", "\(self.handshakes)")
        case .history:
            add("share cut", "\(self.cutShare)")
            add("messages missed", "\(self.missedMessages)")
        }
        add("format", self.format.rawValue)
        if self.target.isSecure { add("transport", "TLS") }
        add("client loops", "\(self.loops)")
        return parameters
    }

    private static func seconds(_ duration: Duration) -> String {
        let seconds = duration.nanoseconds / 1e9
        return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }
}

extension BenchmarkLoad: CustomStringConvertible {
    /// The kind of loop and its size, as the head of a report says it.
    public var description: String {
        switch self {
        case .closed(let inFlight): "closed loop, \(inFlight) in flight"
        case .rate(let rate):
            "open loop, \(rate == rate.rounded() ? "\(Int(rate))" : "\(rate)") publications a second"
        case .bursts(let size, let interval):
            "open loop, \(size) publications every \(interval.nanoseconds / 1e6) ms"
        }
    }
}
