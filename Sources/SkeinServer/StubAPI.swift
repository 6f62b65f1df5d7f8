// Temporary: whoever adds API/APIHandler.swift deletes this file.
import Metrics
import NIOHTTP1
import SkeinCluster
import SkeinCore
import SkeinTransport
struct APINode: Sendable { var name: String; var version: String; var startedAt: MonotonicInstant }
struct APIHandler: Sendable {
    init(transport: Transport, settings: @escaping @Sendable () -> Configuration.API, policy: @escaping @Sendable () -> SessionPolicy, isDevelopment: Bool, node: APINode, clock: Clock, metrics: any MetricsFactory) {}
    func route(_ method: HTTPMethod, _ path: String) -> HTTPRoute? { nil }
}
enum APIMetrics { static let descriptions: [MetricDescription] = [] }
