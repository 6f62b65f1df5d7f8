import NIOHTTP1
import SkeinTransport

/// Every path is the client protocol.
struct SessionRouter: HTTPRouter {
    func route(_ method: HTTPMethod, _ path: String) -> HTTPRoute { .session }
}
