import NIOCore
public import NIOHTTP1
public import SkeinCluster
public import SkeinCore
public import SkeinTransport
import SkeinWire

/// The HTTP API of backends: `POST /api/<method>`, the server API of Centrifugo's open edition.
///
/// A method that could be carried out, or not, answers with status 200 and `{"result":…}` or `{"error":…}`; a body
/// that is no request with 400. Nothing here runs on the event loops of connections for longer than handing over a
/// question or an answer.
public struct APIHandler: Sendable {
    private static let prefix = "/api/"

    private let transport: Transport
    private let sessions: ClusterSessions
    private let node: APINode
    private let metrics: APIMetrics
    private let settings: @Sendable () -> APISettings
    private let policy: @Sendable () -> SessionPolicy
    private let authentication: APIAuthentication

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - link: the other nodes; nil when there are none.
    ///   - drain: drains this node if it has the name, and says whether it has.
    ///   - settings: asked at every request, on event loops too; must not block.
    ///   - policy: asked at every request; the rules that sessions have.
    public init(
        transport: Transport,
        link: (any ClusterLink)? = nil,
        drain: @escaping @Sendable (_ node: String) -> Bool = { _ in false },
        node: APINode,
        metrics: APIMetrics,
        settings: @escaping @Sendable () -> APISettings,
        policy: @escaping @Sendable () -> SessionPolicy
    ) {
        self.transport = transport
        self.sessions = ClusterSessions(transport: transport, link: link, drain: drain)
        self.node = node
        self.metrics = metrics
        self.settings = settings
        self.policy = policy
        self.authentication = APIAuthentication(now: transport.node.clock.now())
    }

    /// What a request leads to; nil for a path outside of `/api`, which is somebody else's.
    public func route(_ method: HTTPMethod, _ path: String) -> HTTPRoute? {
        guard path.hasPrefix(Self.prefix) else { return path == "/api" ? .notFound : nil }
        let apiMethod = APIMethods.named(String(path.dropFirst(Self.prefix.count)))
        guard method == .POST else { return apiMethod == nil ? .notFound : .methodNotAllowed([.POST]) }
        return .function(bodyLimit: self.settings().bodySize) { request in
            if let apiMethod { return await self.answer(request, with: apiMethod) }
            return self.answerUnknown(request)
        }
    }

    /// Methods that other editions and versions have: 404, and error 104, for those who may ask.
    private func answerUnknown(_ request: HTTPRequest) -> HTTPResponse {
        if let refusal = self.refusal(of: request) { return Self.response(refusal) }
        let mode = APIErrorMode(request.headers)
        return Self.response(APIError(.methodNotFound), mode: mode, status: .notFound)
    }

    private func refusal(of request: HTTPRequest) -> APIAuthentication.Refusal? {
        let now = self.transport.node.clock.now()
        return self.authentication.refusal(of: request, settings: self.settings(), now: now)
    }

    private func answer(_ request: HTTPRequest, with method: any APIMethod.Type) async -> HTTPResponse {
        if let refusal = self.refusal(of: request) {
            self.metrics.answered(method, refusal == .throttled ? .throttled : .unauthorized)
            return Self.response(refusal)
        }
        let context = APIContext(
            transport: self.transport,
            sessions: self.sessions,
            policy: self.policy(),
            node: self.node
        )
        do throws(APIError) {
            let result = try await method.parse(Array(buffer: request.body)).perform(in: context)
            self.metrics.answered(method, .ok)
            return method.hasResultEnvelope ? Self.enveloped(result) : Self.json(.ok, result.json)
        } catch {
            self.metrics.answered(method, error.isMalformed ? .badRequest : .error)
            let status: HTTPResponseStatus = error.isMalformed ? .badRequest : .ok
            return Self.response(error, mode: APIErrorMode(request.headers), status: status)
        }
    }

    private static func response(_ refusal: APIAuthentication.Refusal) -> HTTPResponse {
        switch refusal {
        case .unauthorized(let reason):
            let error = APIError(.unauthorized, reason)
            return Self.json(.unauthorized, Self.enveloped(error), headers: ["www-authenticate": "apikey"])
        case .throttled:
            let error = APIError(.tooManyRequests, "wrong keys")
            return Self.json(.tooManyRequests, Self.enveloped(error), headers: ["retry-after": "1"])
        }
    }

    /// - Parameter status: With the error in an envelope.
    private static func response(
        _ error: APIError,
        mode: APIErrorMode,
        status: HTTPResponseStatus
    ) -> HTTPResponse {
        switch mode {
        case .envelope:
            return Self.json(status, Self.enveloped(error))
        case .transport:
            var body = ByteBuffer()
            JSONWriter.append(to: &body) { $0.apiError(error) }
            return Self.json(APIErrorMode.status(of: error.code), body)
        }
    }

    private static func enveloped(_ result: APIResult) -> HTTPResponse {
        var body = ByteBuffer()
        body.reserveCapacity(result.json.readableBytes + 16)
        body.writeStaticString("{\"result\":")
        body.writeImmutableBuffer(result.json)
        body.writeStaticString("}")
        return Self.json(.ok, body)
    }

    private static func enveloped(_ error: APIError) -> ByteBuffer {
        var body = ByteBuffer()
        JSONWriter.append(to: &body) { json in
            json.beginObject()
            json.key("error")
            json.apiError(error)
            json.endObject()
        }
        return body
    }

    private static func json(
        _ status: HTTPResponseStatus,
        _ body: ByteBuffer,
        headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        HTTPResponse(status, contentType: "application/json", headers: headers, body: body)
    }
}
