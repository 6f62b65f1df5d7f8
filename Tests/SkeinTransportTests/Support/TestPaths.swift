import NIOHTTP1

@testable import SkeinTransport

/// Leads to a session at `/ws`, to an echo at `/echo`, and nowhere else.
struct TestPaths: HTTPRouter {
    func route(_ method: HTTPMethod, _ path: String) -> HTTPRoute {
        switch path {
        case "/ws": .session
        case "/echo": .echo(messageSize: 1024)
        default: .notFound
        }
    }
}
