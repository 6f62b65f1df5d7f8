import NIOCore
import NIOHTTP1
import SkeinTransport

/// What operators and their monitors read.
struct AdminPages: Sendable {
    let health: HealthPage
    let ring: RingPages
    let metrics: PrometheusMetrics
    /// Brings the gauges up to date that nobody keeps while nobody looks.
    let refreshGauges: @Sendable () async -> Void

    func page(_ path: String) -> (@Sendable (HTTPRequest) async -> HTTPResponse)? {
        if path == "/metrics" { return { _ in await self.render() } }
        return self.health.page(path) ?? self.ring.page(path)
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
