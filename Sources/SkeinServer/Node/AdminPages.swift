import NIOCore
import NIOHTTP1
import SkeinTransport

/// What operators and their monitors read.
struct AdminPages: Sendable {
    let health: Health
    let metrics: PrometheusMetrics
    /// Brings the gauges up to date that nobody keeps while nobody looks.
    let refreshGauges: @Sendable () async -> Void

    func page(_ path: String) -> (@Sendable () async -> HTTPResponse)? {
        switch path {
        case "/health": { self.health.live() }
        case "/ready": { self.health.readiness() }
        case "/metrics": { await self.render() }
        default: nil
        }
    }

    private func render() async -> HTTPResponse {
        await self.refreshGauges()
        return HTTPResponse(
            .ok,
            contentType: PrometheusMetrics.contentType,
            body: ByteBuffer(string: self.metrics.render())
        )
    }
}
