import CoreMetrics

/// A sum of fractions that only grows.
final class FloatingPointCounterSeries: FloatingPointCounterHandler, MetricSeries {
    private let sum = AtomicDouble()

    let typeName = "counter"
    let lineCount = 1

    /// Negative and infinite amounts and NaN are ignored.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        self.sum.add(amount)
    }

    func reset() {
        self.sum.set(0)
    }

    func render(name: String, labels: MetricLabels, into text: inout String) {
        text += "\(name)\(labels.text()) \(MetricName.number(self.sum.value))\n"
    }
}
