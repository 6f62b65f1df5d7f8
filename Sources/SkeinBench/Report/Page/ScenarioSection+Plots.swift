extension ScenarioSection {
    /// The plots that there are figures for.
    var plots: [Plot] {
        (self.latencyPlots + [self.throughput, self.connections, self.processor, self.memory]).filter { !$0.isEmpty }
    }

    private var latencyPlots: [Plot] {
        Self.union(self.runs.map { $0.scenario.latencies.map(\.name) }).map { name in
            let latencies = self.runs.map { run in run.scenario.latencies.first { $0.name == name } }
            let scale = PercentileScale(count: latencies.compactMap(\.?.count).max() ?? 0)
            let series = zip(self.runs, latencies).map { run, latency in
                self.series(run, latency?.curve ?? []) { point in
                    PlotPoint(
                        x: scale.place(of: point.percentile),
                        y: point.microseconds,
                        xText: "\(ReportFormat.percentile(point.percentile)) %",
                        yText: ReportFormat.duration(microseconds: point.microseconds)
                    )
                }
            }
            return Plot(
                title: "\(name.prefix(1).uppercased())\(name.dropFirst()) latency by percentile",
                horizontal: scale.axis,
                vertical: .automatic(Self.heights(series), label: "latency") {
                    ReportFormat.tickDuration(microseconds: $0)
                },
                series: series
            )
        }
    }

    private var throughput: Plot {
        self.overTime("Deliveries per second", text: ReportFormat.perSecond, tick: ReportFormat.tickCount) { sample in
            sample.deliveredPerSecond
        }
    }

    private var connections: Plot {
        self.overTime(
            "Open connections",
            text: { ReportFormat.fixed($0, decimals: 0) },
            tick: ReportFormat.tickCount,
            value: { Double($0.connections) }
        )
    }

    private var processor: Plot {
        self.overTime("Server CPU in cores", text: ReportFormat.cores, tick: ReportFormat.short) { sample in
            sample.serverCPUFraction
        }
    }

    /// How much memory so many connections take; a way up and another down mean that memory is kept.
    private var memory: Plot {
        let series = self.runs.map { run in
            let known = run.scenario.samples.filter { $0.serverResidentBytes != nil }
            let varies = Set(known.map(\.connections)).count > 1
            return self.series(run, varies ? known : []) { sample in
                let bytes = Double(sample.serverResidentBytes ?? 0)
                return PlotPoint(
                    x: Double(sample.connections),
                    y: bytes,
                    xText: "\(ReportFormat.grouped(sample.connections)) connections",
                    yText: ReportFormat.bytes(bytes)
                )
            }
        }
        return Plot(
            title: "Server memory over connections",
            horizontal: .linear(
                series.flatMap { $0.points.map(\.x) },
                label: "connections",
                endsAtTick: false,
                text: ReportFormat.tickCount
            ),
            vertical: .linear(Self.heights(series), label: "memory", text: ReportFormat.tickBytes),
            series: series
        )
    }

    /// Left out where the value is zero, or the same, all the time: the table says that in less room.
    private func overTime(
        _ title: String,
        text: (Double) -> String,
        tick: (Double) -> String,
        value: (ReportSample) -> Double?
    ) -> Plot {
        let all = self.runs.flatMap { $0.scenario.samples.compactMap(value) }
        let isFlat = Set(all).count < 2
        let series = self.runs.map { run in
            let known = run.scenario.samples.compactMap { sample in value(sample).map { (sample.seconds, $0) } }
            return self.series(run, isFlat ? [] : known) { seconds, value in
                PlotPoint(x: seconds, y: value, xText: ReportFormat.seconds(seconds), yText: text(value))
            }
        }
        return Plot(
            title: title,
            horizontal: .linear(
                series.flatMap { $0.points.map(\.x) },
                label: "seconds",
                endsAtTick: false,
                text: ReportFormat.short
            ),
            vertical: .linear(Self.heights(series), label: title, text: tick),
            series: series
        )
    }

    private func series<Element>(
        _ run: ScenarioRun,
        _ elements: [Element],
        point: (Element) -> PlotPoint
    ) -> PlotSeries {
        PlotSeries(label: run.label, color: run.color, points: elements.map(point))
    }

    private static func heights(_ series: [PlotSeries]) -> [Double] { series.flatMap { $0.points.map(\.y) } }
}
