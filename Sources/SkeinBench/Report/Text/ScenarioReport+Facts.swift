extension ScenarioReport {
    /// All figures but the latencies, the important ones first.
    var facts: [ScenarioFact] {
        self.headlines + self.countFacts + self.serverFacts + self.clientFacts
    }

    /// Said of percentiles that a closed loop makes look better than they are; `nil` if there are none.
    var closedLoopRemark: String? {
        let names: Set = ["delivery", "publish"]
        guard self.latencies.contains(where: { names.contains($0.name) && !$0.corrected }) else { return nil }
        return "Closed loop: a publication waits for the ones before it, so a stall also holds the load back"
            + " and hides in the percentiles."
    }

    private var headlines: [ScenarioFact] {
        var facts = self.rates.map { rate in
            ScenarioFact(kind: .headline, name: rate.name, value: ReportFormat.perSecond(rate.perSecond))
        }
        if let cost = self.server?.microsecondsPerDelivery {
            let value = ReportFormat.duration(microseconds: cost)
            facts.append(ScenarioFact(kind: .headline, name: "server CPU per delivery", value: value))
        }
        if let bytes = self.server?.bytesPerConnection {
            let value = ReportFormat.bytes(bytes)
            facts.append(ScenarioFact(kind: .headline, name: "server memory per connection", value: value))
        }
        if let ratio = self.hopRatio {
            let value = "\(ReportFormat.significant(ratio)) raw hops"
            facts.append(ScenarioFact(kind: .headline, name: "delivery p50", value: value))
        }
        return facts
    }

    /// How many times as long as the way through Redis alone (`raw hop`) a delivery takes, by their medians.
    private var hopRatio: Double? {
        guard
            let delivery = self.latencies.first(where: { $0.name == "delivery" }),
            let raw = self.latencies.first(where: { $0.name == "raw hop" }), raw.p50 > 0
        else { return nil }
        return delivery.p50 / raw.p50
    }

    private var countFacts: [ScenarioFact] {
        guard let counts = self.counts else { return [] }
        func fact(_ name: String, _ value: Int, isAlarming: Bool = false) -> ScenarioFact {
            ScenarioFact(kind: .count, name: name, value: ReportFormat.grouped(value), isAlarming: isAlarming)
        }
        return [
            fact("published", counts.published),
            fact("refused", counts.refused, isAlarming: counts.refused > 0),
            fact("expected", counts.expected),
            fact("delivered", counts.delivered),
            fact("lost", counts.lost, isAlarming: counts.lost > 0),
            fact("duplicated", counts.duplicated, isAlarming: counts.duplicated > 0),
            fact("reordered", counts.reordered, isAlarming: counts.reordered > 0),
            ScenarioFact(kind: .count, name: "received", value: ReportFormat.bytes(counts.bytes)),
        ]
    }

    private var serverFacts: [ScenarioFact] {
        guard let server = self.server else { return [] }
        func fact(_ name: String, _ value: String) -> ScenarioFact {
            ScenarioFact(kind: .server, name: name, value: value)
        }
        let busy = server.userSeconds + server.systemSeconds
        var facts = [
            fact("CPU", self.seconds > 0 ? ReportFormat.cores(busy / self.seconds) : "–"),
            fact("user", ReportFormat.seconds(server.userSeconds)),
            fact("system", ReportFormat.seconds(server.systemSeconds)),
            fact("memory before", ReportFormat.bytes(server.residentBefore)),
            fact("memory at the end", ReportFormat.bytes(server.residentAfter)),
        ]
        if let bytes = server.residentAfterDisconnect {
            facts.append(fact("memory without clients", ReportFormat.bytes(bytes)))
        }
        return facts
    }

    private var clientFacts: [ScenarioFact] {
        guard let busiest = self.client.loops.max() else { return [] }
        return [
            ScenarioFact(
                kind: .client,
                name: "busiest loop",
                value: ReportFormat.percent(busiest),
                isAlarming: self.client.isBottleneck
            ),
            ScenarioFact(kind: .client, name: "loops", value: ReportFormat.grouped(self.client.loops.count)),
        ]
    }
}
