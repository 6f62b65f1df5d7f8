import NIOCore
import NIOHTTP1
import SkeinTransport

/// What operators and their monitors read.
struct AdminPages: Sendable {
    let health: Health
    /// Whether what carries the events is whole.
    let isEngineReady: @Sendable () -> Bool
    let metrics: PrometheusMetrics
    /// Brings the gauges up to date that nobody keeps while nobody looks.
    let refreshGauges: @Sendable () async -> Void

    func page(_ path: String) -> (@Sendable (HTTPRequest) async -> HTTPResponse)? {
        switch path {
        case "/health": { self.liveness($0) }
        case "/ready": { _ in self.health.isReady && self.isEngineReady() ? Self.ready : Self.notReady }
        case "/metrics": { _ in await self.render() }
        default: nil
        }
    }

    /// Green as long as the process answers: a balancer that takes away every node because Redis is gone would end every
    /// connection for nothing. `?require=engine` asks for more, for those who know what they want.
    private func liveness(_ request: HTTPRequest) -> HTTPResponse {
        switch request.query["require"] {
        case nil: .text(.ok, "ok")
        case "engine", "redis": self.isEngineReady() ? .text(.ok, "ok") : Self.notReady
        default: .text(.badRequest, "require knows engine alone")
        }
    }

    private static let ready = HTTPResponse.text(.ok, "ready")
    private static let notReady = HTTPResponse.text(.serviceUnavailable, "not ready")

    private func render() async -> HTTPResponse {
        await self.refreshGauges()
        return HTTPResponse(
            .ok,
            contentType: PrometheusMetrics.contentType,
            body: ByteBuffer(string: self.metrics.render())
        )
    }
}
