import CoreMetrics
import Testing

@testable import SkeinServer

@Suite struct PrometheusMetricsTests {
    static func metrics(_ descriptions: [MetricDescription] = [], limit: Int = 2000) -> PrometheusMetrics {
        PrometheusMetrics(descriptions: descriptions, seriesLimit: limit) { nil }
    }

    @Test func `counters, gauges and histograms render as the format says`() {
        let metrics = Self.metrics([
            MetricDescription(name: "skein_messages_total", help: "Messages \\ with\na break.", kind: .counter),
            MetricDescription(name: "skein_size", help: "Bytes.", kind: .histogram(buckets: [1, 10])),
        ])
        metrics.makeCounter(label: "messages", dimensions: [("b", "2"), ("a", "1")]).increment(by: 3)
        let gauge = metrics.makeMeter(label: "skein_connections", dimensions: [])
        gauge.set(Int64(5))
        gauge.increment(by: 0.5)
        gauge.decrement(by: 1)
        let sizes = metrics.makeRecorder(label: "size", dimensions: [("x", "y")], aggregate: true)
        for value in [0.5, 1, 2, 11] { sizes.record(value) }
        #expect(
            metrics.render() == """
                # TYPE skein_connections gauge
                skein_connections 4.5
                # HELP skein_messages_total Messages \\\\ with\\na break.
                # TYPE skein_messages_total counter
                skein_messages_total{a="1",b="2"} 3
                # HELP skein_size Bytes.
                # TYPE skein_size histogram
                skein_size_bucket{x="y",le="1"} 2
                skein_size_bucket{x="y",le="10"} 3
                skein_size_bucket{x="y",le="+Inf"} 4
                skein_size_sum{x="y"} 14.5
                skein_size_count{x="y"} 4
                # HELP skein_metrics_series_dropped_total Series that were left out because there were too many, or \
                their name was taken by another kind.
                # TYPE skein_metrics_series_dropped_total counter
                skein_metrics_series_dropped_total 0

                """
        )
    }

    @Test func `a timer counts seconds`() {
        let metrics = Self.metrics()
        metrics.makeTimer(label: "publish_duration", dimensions: []).recordNanoseconds(2_000_000)
        let samples = Exposition(metrics.render())
        #expect(samples?.values["skein_publish_duration_seconds_sum"] == 0.002)
        #expect(samples?.values["skein_publish_duration_seconds_bucket{le=0.001}"] == 0)
        #expect(samples?.values["skein_publish_duration_seconds_bucket{le=0.0025}"] == 1)
        #expect(samples?.types["skein_publish_duration_seconds"] == "histogram")
    }

    @Test func `counters ignore what would make them shrink`() {
        let metrics = Self.metrics()
        let whole = metrics.makeCounter(label: "whole", dimensions: [])
        whole.increment(by: 2)
        whole.increment(by: -1)
        let fraction = metrics.makeFloatingPointCounter(label: "fraction_seconds_total", dimensions: [])
        for amount in [0.25, -1, .nan, .infinity, 0.25] { fraction.increment(by: amount) }
        let samples = Exposition(metrics.render())
        #expect(samples?.values["skein_whole_total"] == 2)
        #expect(samples?.values["skein_fraction_seconds_total"] == 0.5)
        whole.reset()
        #expect(Exposition(metrics.render())?.values["skein_whole_total"] == 0)
    }

    @Test func `increments of many threads are all counted`() async {
        let metrics = Self.metrics()
        let counter = metrics.makeCounter(label: "c", dimensions: [])
        let gauge = metrics.makeMeter(label: "g", dimensions: [])
        let histogram = metrics.makeRecorder(label: "h", dimensions: [], aggregate: true)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<5000 {
                        counter.increment(by: 1)
                        gauge.increment(by: 1)
                        histogram.record(Int64(2))
                    }
                }
            }
        }
        let samples = Exposition(metrics.render())
        #expect(samples?.values["skein_c_total"] == 20_000)
        #expect(samples?.values["skein_g"] == 20_000)
        #expect(samples?.values["skein_h_count"] == 20_000)
        #expect(samples?.values["skein_h_sum"] == 40_000)
    }

    @Test(arguments: ["plain", "with \"quotes\"", "back\\slash", "line\nbreak", "\\n", "a=\"b\",c", "}", "é😀", ""])
    func `any label value can be read back`(_ value: String) {
        let metrics = Self.metrics()
        metrics.makeCounter(label: "c", dimensions: [("label", value)]).increment(by: 7)
        let samples = Exposition(metrics.render())
        #expect(samples?.values["skein_c_total{label=\(value)}"] == 7)
    }

    @Test func `control characters cannot break a line`() {
        let metrics = Self.metrics()
        metrics.makeCounter(label: "c", dimensions: [("l", "a\r\u{0}\u{1b}b")]).increment(by: 1)
        #expect(metrics.render().contains("skein_c_total{l=\"a\u{FFFD}\u{FFFD}\u{FFFD}b\"} 1\n"))
    }

    @Test func `names and label names are made to fit`() {
        let metrics = Self.metrics()
        metrics.makeMeter(label: "odd name-1.x", dimensions: [("9 lives", "a"), ("a:b", "c"), ("le", "d")]).set(1.0)
        #expect(metrics.render().contains("skein_odd_name_1_x{_9_lives=\"a\",a_b=\"c\",le_=\"d\"} 1\n"))
        #expect(MetricName.number(.nan) == "NaN")
        #expect(MetricName.number(-.infinity) == "-Inf")
        #expect(MetricName.number(.infinity) == "+Inf")
        #expect(MetricName.number(1e300) == "1e+300")
    }

    @Test func `the same name and labels are one series until the last user is gone`() {
        let metrics = Self.metrics()
        let first = metrics.makeCounter(label: "c", dimensions: [("a", "1"), ("b", "2")])
        let second = metrics.makeCounter(label: "c", dimensions: [("b", "2"), ("a", "1")])
        #expect(first === second)
        first.increment(by: 1)
        metrics.destroyCounter(first)
        #expect(metrics.render().contains("skein_c_total{"))
        metrics.destroyCounter(second)
        #expect(!metrics.render().contains("skein_c_total"))
    }

    @Test func `series beyond the limit are left out and counted, and a destroyed one makes room`() {
        let metrics = Self.metrics(limit: 3)
        let handlers = (0..<5).map { metrics.makeMeter(label: "g", dimensions: [("n", "\($0)")]) }
        for handler in handlers { handler.set(1.0) }
        #expect(metrics.droppedSeries == 2)
        let samples = Exposition(metrics.render())
        #expect(samples?.values.keys.filter { $0.hasPrefix("skein_g{") }.count == 3)
        #expect(samples?.values["skein_metrics_series_dropped_total"] == 2)
        metrics.destroyMeter(handlers[0])
        _ = metrics.makeMeter(label: "g", dimensions: [("n", "new")])
        #expect(metrics.droppedSeries == 2)
        #expect(metrics.render().contains("n=\"new\""))
    }

    @Test func `a histogram counts against the limit with every line`() {
        let metrics = Self.metrics(
            [MetricDescription(name: "skein_h", help: "", kind: .histogram(buckets: [1, 2]))],
            limit: 9
        )
        for value in ["a", "b"] { _ = metrics.makeRecorder(label: "h", dimensions: [("l", value)], aggregate: true) }
        #expect(metrics.droppedSeries == 1)
    }

    @Test func `a name belongs to one kind`() {
        let metrics = Self.metrics()
        metrics.makeMeter(label: "x_total", dimensions: []).set(1.0)
        metrics.makeCounter(label: "x", dimensions: [("a", "b")]).increment(by: 1)
        metrics.makeCounter(label: "x", dimensions: []).increment(by: 1)
        #expect(metrics.droppedSeries == 2)
        #expect(metrics.render().contains("# TYPE skein_x_total gauge\nskein_x_total 1\n"))
        #expect(Exposition(metrics.render()) != nil)
    }

    @Test func `the process is described from the text that the kernel shows`() throws {
        let stat =
            "42 (od) d (name) S 1 1 1 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 3 0 2000 1000000 25 18446744073709551615"
        let statistics = try #require(
            ProcessStatistics(
                processStat: stat,
                systemStat: "cpu 1 2 3\nbtime 1700000000\nprocesses 5\n",
                openDescriptors: 9,
                ticksPerSecond: 100,
                pageSize: 4096
            )
        )
        #expect(statistics.cpuSeconds == 2)
        #expect(statistics.residentBytes == 102_400)
        #expect(statistics.startTime == 1_700_000_020)
        for broken in ["", "42 (x", "42 (x) S 1", "no parentheses"] {
            let value = ProcessStatistics(
                processStat: broken,
                systemStat: "btime 1\n",
                openDescriptors: 0,
                ticksPerSecond: 100,
                pageSize: 4096
            )
            #expect(value == nil)
        }
    }

    #if os(Linux)
    @Test func `a scrape has the numbers of this process`() {
        let samples = Exposition(PrometheusMetrics().render())
        #expect(samples?.values["process_resident_memory_bytes"] ?? 0 > 1_000_000)
        #expect(samples?.values["process_open_fds"] ?? 0 >= 3)
        #expect(samples?.values["process_start_time_seconds"] ?? 0 > 1_500_000_000)
        #expect(samples?.values["process_cpu_seconds_total"] != nil)
        #expect(samples?.types["process_cpu_seconds_total"] == "counter")
    }
    #endif

    @Test func `the reference page lists what was described and what every process has`() {
        let page = MetricsReference.markdown([
            MetricDescription(name: "skein_b_total", help: "B | b.", kind: .counter, labels: ["code", "app"]),
            MetricDescription(name: "skein_a", help: "A.", kind: .gauge),
        ])
        #expect(page.contains("| `skein_a` | gauge |  | A. |\n"))
        #expect(page.contains("| `skein_b_total` | counter | `code`, `app` | B \\| b. |\n"))
        #expect(page.contains("process_open_fds"))
        #expect(page.contains("skein_metrics_series_dropped_total"))
    }
}
