import Histogram

/// From what was counted to what is reported. A value without effects.
struct ScenarioSummary {
    let plan: BenchmarkPlan
    var outcome: LoadOutcome
    var samples: [ReportSample] = []
    var server: ServerUsage?
    /// What is shown besides the plan's own parameters.
    var parameters: [ReportParameter] = []

    /// The report of the run.
    var report: ScenarioReport {
        ScenarioReport(
            name: self.plan.scenario.rawValue,
            parameters: self.plan.parameters + self.parameters,
            seconds: self.outcome.seconds,
            counts: self.counts,
            rates: self.rates,
            latencies: self.latencies,
            samples: self.samples,
            server: self.server,
            client: ClientUsage(loops: self.outcome.loops),
            warnings: self.warnings
        )
    }

    private var counts: DeliveryCounts? {
        let counters = self.outcome.counters
        guard self.plan.publisherCount > 0 else { return nil }
        let measured = counters.measured
        return DeliveryCounts(
            published: measured.published,
            refused: measured.refused,
            expected: measured.expected,
            delivered: measured.delivered,
            lost: max(0, measured.expected - measured.delivered),
            duplicated: measured.duplicated,
            reordered: measured.reordered,
            bytes: counters.bytes
        )
    }

    private var rates: [ReportRate] {
        var rates: [ReportRate] = []
        func add(_ name: String, _ perSecond: Double) {
            if perSecond > 0, perSecond.isFinite { rates.append(ReportRate(name: name, perSecond: perSecond)) }
        }
        add("deliveries", self.outcome.deliveredPerSecond)
        add("publishes", self.outcome.publishedPerSecond)
        add("connects", self.outcome.connectsPerSecond)
        add("reconnects", self.outcome.reconnectsPerSecond)
        return rates
    }

    private var latencies: [LatencyReport] {
        let histograms = self.outcome.histograms
        let isOpen = self.plan.load.isOpen
        return [
            LatencyReport("delivery", histograms.delivery, corrected: isOpen),
            LatencyReport("publish", histograms.publish, corrected: isOpen),
            LatencyReport("connect", histograms.connect),
            LatencyReport("reconnect", histograms.reconnect),
            LatencyReport("recovery", histograms.recovery),
            LatencyReport("raw hop", histograms.redis),
        ].compactMap { $0 }
    }

    private var warnings: [String] {
        let counters = self.outcome.counters
        var warnings = self.outcome.warnings
        if self.outcome.isInterrupted { warnings.append("The run was interrupted; the figures are those until then.") }
        if ClientUsage(loops: self.outcome.loops).isBottleneck {
            warnings.append(
                "The client was the bottleneck: its loops were busy all the time. Use more --loops or machines."
            )
        }
        let lost = counters.measured.expected - counters.measured.delivered
        if lost > 0 { warnings.append("\(lost) deliveries were lost.") }
        let early = counters.warmUp.expected - counters.warmUp.delivered
        if early > 0 { warnings.append("\(early) deliveries of the warm-up were lost.") }
        if counters.givenUp > 0 {
            warnings.append(
                "\(counters.givenUp) publications did not reach everybody within 5 s; the load went on without them."
            )
        }
        if counters.unsubscribed > 0 { warnings.append("The server ended \(counters.unsubscribed) subscriptions.") }
        if counters.foreign > 0 {
            warnings.append("\(counters.foreign) publications of somebody else arrived on the same channels.")
        }
        if counters.recoveriesRefused > 0 {
            warnings.append("\(counters.recoveriesRefused) of \(counters.recoveries) recoveries were refused.")
        }
        return warnings
    }
}

extension LatencyReport {
    /// Nanoseconds become microseconds; nil for an empty histogram.
    init?(_ name: String, _ histogram: LoopHistograms.Latencies, corrected: Bool = false) {
        guard histogram.totalCount > 0 else { return nil }
        func microseconds(_ value: UInt64) -> Double { Double(value) / 1000 }
        self.init(
            name: name,
            count: Int(clamping: histogram.totalCount),
            meanMicroseconds: histogram.mean / 1000,
            p50: microseconds(histogram.valueAtPercentile(50)),
            p90: microseconds(histogram.valueAtPercentile(90)),
            p99: microseconds(histogram.valueAtPercentile(99)),
            p999: microseconds(histogram.valueAtPercentile(99.9)),
            max: microseconds(histogram.max),
            corrected: corrected,
            curve: histogram.percentiles(ticksPerHalfDistance: 8).map { step in
                LatencyPoint(percentile: step.percentileLevelIteratedTo, microseconds: microseconds(step.value))
            }
        )
    }
}
