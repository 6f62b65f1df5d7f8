import Metrics
import Synchronization

/// Counts what the transport counts, under `name` or `name{label=value}`. Any thread.
final class CountingMetrics: MetricsFactory {
    private let values = Mutex<[String: Int64]>([:])

    subscript(_ name: String) -> Int64 { self.values.withLock { $0[name] ?? 0 } }

    private func add(_ amount: Int64, to name: String) {
        self.values.withLock { $0[name, default: 0] += amount }
    }

    private static func name(_ label: String, _ dimensions: [(String, String)]) -> String {
        dimensions.isEmpty ? label : label + "{" + dimensions.map { "\($0.0)=\($0.1)" }.joined(separator: ",") + "}"
    }

    private final class Handler: CounterHandler, MeterHandler {
        private let name: String
        private let metrics: CountingMetrics

        init(name: String, metrics: CountingMetrics) {
            self.name = name
            self.metrics = metrics
        }

        func increment(by amount: Int64) { self.metrics.add(amount, to: self.name) }
        func reset() {}
        func set(_ value: Int64) {}
        func set(_ value: Double) {}
        func increment(by amount: Double) { self.metrics.add(Int64(amount), to: self.name) }
        func decrement(by amount: Double) { self.metrics.add(-Int64(amount), to: self.name) }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(name: Self.name(label, dimensions), metrics: self)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Handler(name: Self.name(label, dimensions), metrics: self)
    }

    func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        NOOPMetricsHandler.instance
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        NOOPMetricsHandler.instance
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
