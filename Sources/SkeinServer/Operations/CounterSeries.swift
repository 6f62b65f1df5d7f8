import CoreMetrics
import Synchronization

/// A whole number that only grows. Past 2^63 it starts again, which scrapers take for a restart.
final class CounterSeries: CounterHandler, MetricSeries {
    private let count = Atomic<Int64>(0)

    let typeName = "counter"
    let lineCount = 1

    /// Negative amounts are ignored.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        self.count.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        self.count.store(0, ordering: .relaxed)
    }

    func render(name: String, labels: MetricLabels, into text: inout String) {
        let value = self.count.load(ordering: .relaxed) & .max
        text += "\(name)\(labels.text()) \(value)\n"
    }
}
