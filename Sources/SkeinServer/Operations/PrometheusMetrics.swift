public import CoreMetrics
import Synchronization

/// Keeps the metrics of the process and shows them in the Prometheus text format 0.0.4.
///
/// Counting is atomic and takes no lock; the lock here is for making metrics and for scrapes. A metric that cannot
/// be shown, because there are too many or another kind has its name, still works for the code that counts with it;
/// it is left out and counted.
public final class PrometheusMetrics: Sendable {
    /// Most lines of series that a scrape shows by default.
    public static let defaultSeriesLimit = 2000
    /// Content type of ``render()``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static let droppedSeriesName = "skein_metrics_series_dropped_total"
    static let ownDescriptions = [
        MetricDescription(
            name: droppedSeriesName,
            help: "Series that were left out because there were too many, or their name was taken by another kind.",
            kind: .counter
        )
    ]

    private struct Entry {
        let series: any MetricSeries
        var users: Int
    }

    private struct State {
        var families: [String: [MetricLabels: Entry]] = [:]
        var lineCount = 0
        var dropped = 0
    }

    private let state = Mutex(State())
    private let descriptions: [String: MetricDescription]
    private let seriesLimit: Int
    private let process: @Sendable () -> ProcessStatistics?

    /// An empty registry.
    ///
    /// - Parameters:
    ///   - descriptions: `HELP` texts, and buckets of histograms. Of two with one name the first counts.
    ///   - seriesLimit: most lines of series; a histogram has one per bucket and three more.
    public convenience init(
        descriptions: [MetricDescription] = [],
        seriesLimit: Int = PrometheusMetrics.defaultSeriesLimit
    ) {
        self.init(descriptions: descriptions, seriesLimit: seriesLimit, process: ProcessStatistics.current)
    }

    init(
        descriptions: [MetricDescription],
        seriesLimit: Int,
        process: @escaping @Sendable () -> ProcessStatistics?
    ) {
        self.descriptions = Dictionary(
            (descriptions + Self.ownDescriptions).map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.seriesLimit = seriesLimit
        self.process = process
    }

    /// How many series were left out.
    public var droppedSeries: Int { self.state.withLock { $0.dropped } }

    /// Everything, sorted by name and labels, with the statistics of the process as they are now. O(series); reads
    /// `/proc`.
    public func render() -> String {
        let (families, dropped) = self.state.withLock { ($0.families, $0.dropped) }
        var text = ""
        for (name, entries) in families.sorted(by: { $0.key < $1.key }) {
            guard let type = entries.first?.value.series.typeName else { continue }
            self.appendHead(of: name, type: type, to: &text)
            let sorted = entries.map { ($0.key, $0.value.series, $0.key.text()) }.sorted { $0.2 < $1.2 }
            for (labels, series, _) in sorted { series.render(name: name, labels: labels, into: &text) }
        }
        self.appendHead(of: Self.droppedSeriesName, type: "counter", to: &text)
        text += "\(Self.droppedSeriesName) \(dropped)\n"
        self.process()?.render(into: &text)
        return text
    }

    private func appendHead(of name: String, type: String, to text: inout String) {
        if let help = self.descriptions[name]?.help {
            text += "# HELP \(name) \(help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n"
        }
        text += "# TYPE \(name) \(type)\n"
    }

    /// The series of a name and labels: the one that exists, or a new one.
    private func series<Series: MetricSeries>(
        _ name: String,
        _ dimensions: [(String, String)],
        make: () -> Series
    ) -> Series {
        let labels = MetricLabels(dimensions)
        return self.state.withLock { state in
            if let entry = state.families[name]?[labels], let series = entry.series as? Series {
                state.families[name]?[labels]?.users += 1
                return series
            }
            let series = make()
            let type = state.families[name]?.first?.value.series.typeName
            let isFree =
                state.families[name]?[labels] == nil && (type ?? series.typeName) == series.typeName
                && name != Self.droppedSeriesName
            guard isFree, series.lineCount <= self.seriesLimit - state.lineCount else {
                state.dropped += 1
                return series
            }
            state.lineCount += series.lineCount
            state.families[name, default: [:]][labels] = Entry(series: series, users: 1)
            return series
        }
    }

    /// Forgets a series when its last user is gone. O(series).
    private func release(_ handler: AnyObject) {
        self.state.withLock { state in
            for (name, entries) in state.families {
                guard let (labels, entry) = entries.first(where: { $0.value.series === handler }) else { continue }
                if entry.users > 1 {
                    state.families[name]?[labels]?.users -= 1
                    return
                }
                state.lineCount -= entry.series.lineCount
                state.families[name]?[labels] = nil
                if state.families[name]?.isEmpty == true { state.families[name] = nil }
                return
            }
        }
    }

    private func bounds(of name: String, default buckets: [Double]) -> [Double] {
        if case .histogram(let described)? = self.descriptions[name]?.kind { return described }
        return buckets
    }
}

extension PrometheusMetrics: MetricsFactory {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.series(MetricName.exposed(label, suffix: "_total"), dimensions) { CounterSeries() }
    }

    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        self.series(MetricName.exposed(label, suffix: "_total"), dimensions) { FloatingPointCounterSeries() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        self.series(MetricName.exposed(label), dimensions) { GaugeSeries() }
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let name = MetricName.exposed(label)
        guard aggregate else { return self.series(name, dimensions) { GaugeSeries() } }
        let bounds = self.bounds(of: name, default: HistogramSeries.recorderBuckets)
        return self.series(name, dimensions) { HistogramSeries(bounds: bounds) }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = MetricName.exposed(label, suffix: "_seconds")
        let bounds = self.bounds(of: name, default: HistogramSeries.timerBuckets)
        return self.series(name, dimensions) { HistogramSeries(bounds: bounds) }
    }

    public func destroyCounter(_ handler: any CounterHandler) { self.release(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { self.release(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { self.release(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { self.release(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { self.release(handler) }
}
