import NIOHTTP1
import SkeinCore
import SkeinTransport

/// What load balancers and orchestrators ask.
struct HealthPage: Sendable {
    let health: Health
    let drain: DrainState
    let now: @Sendable () -> MonotonicInstant
    /// Whether what carries the events is whole.
    let isEngineReady: @Sendable () -> Bool

    func page(_ path: String) -> (@Sendable (HTTPRequest) async -> HTTPResponse)? {
        switch path {
        case "/health": { self.liveness($0) }
        case "/ready": { _ in self.readiness() }
        case "/live": { _ in .text(.ok, "alive") }
        default: nil
        }
    }

    /// Green as long as the process answers: a balancer that takes away every node because Redis is gone would end every
    /// connection for nothing. `?require=engine` asks for more, for those who know what they want. 404 is what HAProxy's
    /// `disable-on-404` takes for a node that keeps its connections and wants no more.
    private func liveness(_ request: HTTPRequest) -> HTTPResponse {
        self.drain.noteCheck(now: self.now())
        guard !self.drain.isDraining else { return .text(.notFound, "draining") }
        return switch request.query["require"] {
        case nil: .text(.ok, "ok")
        case "engine", "redis": self.isEngineReady() ? .text(.ok, "ok") : Self.notReady
        default: .text(.badRequest, "require knows engine alone")
        }
    }

    private func readiness() -> HTTPResponse {
        self.drain.noteCheck(now: self.now())
        let isReady = self.health.isReady && !self.drain.isDraining && self.isEngineReady()
        return isReady ? .text(.ok, "ready") : Self.notReady
    }

    private static let notReady = HTTPResponse.text(.serviceUnavailable, "not ready")
}
