import Metrics
import Synchronization

/// A counter with one label whose values come from a closed set in the code, made as they are met.
final class LabeledCounter: Sendable {
    private let name: String
    private let label: String
    private let factory: any MetricsFactory
    private let counters = Mutex<[String: Counter]>([:])

    init(_ name: String, label: String, factory: any MetricsFactory) {
        self.name = name
        self.label = label
        self.factory = factory
    }

    /// Counts one. Takes a lock: for events that are rare.
    func increment(_ value: String) {
        let counter = self.counters.withLock { counters in
            if let counter = counters[value] { return counter }
            let counter = Counter(label: self.name, dimensions: [(self.label, value)], factory: self.factory)
            counters[value] = counter
            return counter
        }
        counter.increment()
    }
}
