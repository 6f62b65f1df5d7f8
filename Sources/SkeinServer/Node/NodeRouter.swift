import NIOCore
import NIOHTTP1
import SkeinTransport

/// What the paths of one listener lead to, by the roles that it has. Everything of a role that it does not have is not there.
struct NodeRouter: HTTPRouter {
    /// Largest body that a route without one of its own accepts, in bytes.
    private static let bodyLimit = 16 * 1024
    /// The conformance suite sends messages of 16 MiB.
    private static let echoMessageSize = 64 * 1024 * 1024

    private static let webSocketPath = "/connection/websocket"

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

    /// The id in `/connection/websocket/<id>`; nil for every other path. Not decoded: ids need no escapes.
    static func clientID(inPath path: String) -> String? {
        guard path.hasPrefix(Self.webSocketPath + "/") else { return nil }
        let id = path.dropFirst(Self.webSocketPath.count + 1)
        return id.isEmpty || id.contains("/") ? nil : String(id)
    }

    private func clientRoute(_ method: HTTPMethod, _ path: String) -> HTTPRoute? {
        switch path {
        case Self.webSocketPath:
            return .session
        case "/health":
            // Where the balancer sends clients is where it has to look.
            return self.admin.health.page(path).map { page in self.readOnly(method) { await page($0) } }
        case "/test/echo" where self.servesEcho:
            return .echo(messageSize: Self.echoMessageSize)
        case "/dev/token":
            guard let development = self.development else { return nil }
            guard method == .POST else { return .methodNotAllowed([.POST]) }
            return .function(bodyLimit: Self.bodyLimit) { await development.token($0) }
        default:
            if Self.clientID(inPath: path) != nil { return .session }
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
