import CoreMetrics
import Synchronization

/// Observations by upper bound: a recorder that aggregates, or a timer in seconds.
///
/// A scrape that runs into an observation may see it in a bucket and not yet in the sum; the count is computed from
/// the buckets, so buckets and count always agree.
final class HistogramSeries: RecorderHandler, TimerHandler, MetricSeries {
    /// Seconds; from half a millisecond to ten seconds.
    static let timerBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// For sizes and counts.
    static let recorderBuckets: [Double] = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576]

    /// An atomic cannot be an element of an array; a box with one can.
    private final class Bucket: Sendable {
        let count = Atomic<Int64>(0)
    }

    private let bounds: [Double]
    /// One more than bounds: the last takes what is larger than all of them.
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    let typeName = "histogram"
    var lineCount: Int { self.bounds.count + 3 }

    init(bounds: [Double]) {
        self.bounds = bounds
        self.buckets = (0...bounds.count).map { _ in Bucket() }
    }

    func record(_ value: Int64) { self.record(Double(value)) }

    /// NaN is ignored. O(buckets).
    func record(_ value: Double) {
        guard !value.isNaN else { return }
        let index = self.bounds.firstIndex { value <= $0 } ?? self.bounds.count
        self.buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        self.sum.add(value)
    }

    func recordNanoseconds(_ duration: Int64) { self.record(Double(duration) / 1_000_000_000) }

    func render(name: String, labels: MetricLabels, into text: inout String) {
        var total: Int64 = 0
        for (bound, bucket) in zip(self.bounds.map(MetricName.number) + ["+Inf"], self.buckets) {
            total += bucket.count.load(ordering: .relaxed)
            text += "\(name)_bucket\(labels.text(bound: bound)) \(total)\n"
        }
        text += "\(name)_sum\(labels.text()) \(MetricName.number(self.sum.value))\n"
        text += "\(name)_count\(labels.text()) \(total)\n"
    }
}
