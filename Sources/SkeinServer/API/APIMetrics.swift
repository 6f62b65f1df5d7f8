public import CoreMetrics
import Metrics

/// What the HTTP API counts. All series exist from the start, so that a rate over the first request is right.
public final class APIMetrics: Sendable {
    /// How a request ended.
    enum Outcome: String, CaseIterable, Sendable {
        case ok
        /// The method answered with an error.
        case error
        /// The body was not a request.
        case badRequest = "bad_request"
        /// No key, or a wrong one.
        case unauthorized
        /// Too many wrong keys from this address.
        case throttled
    }

    private static let requestsName = "skein_api_requests_total"

    /// Descriptions of everything that is counted here.
    public static let descriptions = [
        MetricDescription(
            name: requestsName,
            help: "Requests of the HTTP API by how they ended; a batch is one request.",
            kind: .counter,
            labels: ["method", "outcome"]
        )
    ]

    private let requests: [String: [Outcome: Counter]]

    /// Registers every series with the factory.
    public init(factory: any MetricsFactory) {
        let methods = APIMethods.all.map { method in
            let counters = Outcome.allCases.map { outcome in
                let dimensions = [("method", method.name), ("outcome", outcome.rawValue)]
                return (outcome, Counter(label: Self.requestsName, dimensions: dimensions, factory: factory))
            }
            return (method.name, Dictionary(uniqueKeysWithValues: counters))
        }
        self.requests = Dictionary(uniqueKeysWithValues: methods)
    }

    func answered(_ method: any APIMethod.Type, _ outcome: Outcome) {
        self.requests[method.name]?[outcome]?.increment()
    }
}
