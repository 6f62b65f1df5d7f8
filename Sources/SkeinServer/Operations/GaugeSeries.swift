import CoreMetrics

/// A number that goes up and down: a meter, or a recorder that remembers only the last value.
final class GaugeSeries: MeterHandler, RecorderHandler, MetricSeries {
    private let number = AtomicDouble()

    let typeName = "gauge"
    let lineCount = 1

    func set(_ value: Int64) { self.number.set(Double(value)) }
    func set(_ value: Double) { self.number.set(value) }
    func increment(by amount: Double) { self.number.add(amount) }
    func decrement(by amount: Double) { self.number.add(-amount) }
    func record(_ value: Int64) { self.number.set(Double(value)) }
    func record(_ value: Double) { self.number.set(value) }

    func render(name: String, labels: MetricLabels, into text: inout String) {
        text += "\(name)\(labels.text()) \(MetricName.number(self.number.value))\n"
    }
}
