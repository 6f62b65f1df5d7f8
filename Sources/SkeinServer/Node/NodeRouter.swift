import NIOCore
import NIOHTTP1
import SkeinTransport

/// What the paths of one listener lead to, by the roles that it has. Everything of a role that it does not have is not there.
struct NodeRouter: HTTPRouter {
    /// Largest body that a route without one of its own accepts, in bytes.
    private static let bodyLimit = 16 * 1024
    /// The conformance suite sends messages of 16 MiB.
    private static let echoMessageSize = 64 * 1024 * 1024

    let roles: Set<Configuration.ListenerRole>
    let api: APIHandler
    let admin: AdminPages
    /// Nil unless the node runs for development.
    let development: DevelopmentPages?
    let servesEcho: Bool

    func route(_ method: HTTPMethod, _ path: String) -> HTTPRoute {
        if self.roles.contains(.client), let route = self.clientRoute(method, path) { return route }
        if self.roles.contains(.api), let route = self.api.route(method, path) { return route }
        if self.roles.contains(.admin), let page = self.admin.page(path) {
            return self.readOnly(method) { await page($0) }
        }
        return .notFound
    }

    private func clientRoute(_ method: HTTPMethod, _ path: String) -> HTTPRoute? {
        switch path {
        case "/connection/websocket":
            return .session
        case "/test/echo" where self.servesEcho:
            return .echo(messageSize: Self.echoMessageSize)
        case "/dev/token":
            guard let development = self.development else { return nil }
            guard method == .POST else { return .methodNotAllowed([.POST]) }
            return .function(bodyLimit: Self.bodyLimit) { await development.token($0) }
        default:
            guard let page = self.development?.page(path) else { return nil }
            return self.readOnly(method) { _ in page }
        }
    }

    private func readOnly(
        _ method: HTTPMethod,
        _ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse
    ) -> HTTPRoute {
        guard method == .GET || method == .HEAD else { return .methodNotAllowed([.GET, .HEAD]) }
        return .function(bodyLimit: 0, answer)
    }
}
