import DequeModule
import NIOCore
import NIOHTTP1
import SkeinCore
import SkeinWire

/// HTTP/1.1 on a connection that did not begin with a plain handshake, until a request turns it into a WebSocket.
///
/// Confined to its event loop. Any request of a connection may be the upgrade, because proxies reuse connections. A request has an
/// absolute deadline, not an idle one, so that nobody can hold a connection with a byte now and then. A refusal is always a response, and
/// then the connection ends.
final class FrontDoor: ChannelDuplexHandler, RemovableChannelHandler, Timed {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a connection may stay open between two requests.
    private static let keepAlive: Duration = .seconds(75)

    private enum State {
        case idle
        case receiving(HTTPRequestHead, HTTPRoute, body: ByteBuffer)
        /// The answer is being made.
        case answering
        /// The last answer is out; what still arrives is ignored.
        case ending
        case upgraded
    }

    private let reception: Reception
    private var loop: LoopContext { self.reception.loop }
    private var state: State = .idle
    private var deadline: MonotonicInstant
    private var context: ChannelHandlerContext?
    /// Parts of requests that came behind one that is being answered: at most what one read brings, for then reading rests.
    private var held: Deque<HTTPServerRequestPart> = []
    private var owesRead = false
    /// Who a proxy says the client is.
    private let client: ClientAddress?
    var timerPlace: TimerPlace?

    /// The first request has to be there at `deadline`.
    init(reception: Reception, client: ClientAddress?, deadline: MonotonicInstant) {
        self.reception = reception
        self.client = client
        self.deadline = deadline
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.loop.timers.arm(self, at: self.deadline)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.loop.timers.disarm(self)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.loop.timers.disarm(self)
        self.state = .ending
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.loop.refreshNow()
        let part = self.unwrapInboundIn(data)
        guard self.isFree else { return self.held.append(part) }
        self.received(part, context)
    }

    func read(context: ChannelHandlerContext) {
        guard self.isFree else {
            self.owesRead = true
            return
        }
        context.read()
    }

    /// Whether the next part can be looked at: requests are answered one after the other.
    private var isFree: Bool {
        if case .answering = self.state { false } else { true }
    }

    private func received(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): self.received(head)
        case .body(let bytes): self.received(bytes)
        case .end: self.receivedEnd(context)
        }
    }

    /// The request is answered: what came behind it is next.
    private func goOn(_ context: ChannelHandlerContext) {
        while self.isFree, let part = self.held.popFirst() { self.received(part, context) }
        guard self.isFree, self.owesRead else { return }
        self.owesRead = false
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (error, self.state) {
        case (let error as HTTPParserError, .idle), (let error as HTTPParserError, .receiving):
            let isTooLong = error == .headerOverflow
            self.refuse(
                isTooLong ? .requestHeaderFieldsTooLarge : .badRequest,
                isTooLong ? "The request head is too long." : "The request is not well-formed HTTP/1.1."
            )
        default:
            context.close(promise: nil)
        }
    }

    func deadlineReached() {
        switch self.state {
        case .idle, .receiving:
            self.loop.node.metrics.handshakeTimedOut()
            self.refuse(.requestTimeout, "The request did not arrive in time.")
        case .ending:
            self.context?.close(promise: nil)
        case .answering, .upgraded:
            break
        }
    }

    func serverStops(code: DisconnectCode) {
        if case .idle = self.state { self.context?.close(promise: nil) }
    }

    // MARK: Requests

    private func received(_ head: HTTPRequestHead) {
        guard case .idle = self.state else { return }
        self.arm(self.loop.policy.limits.handshakeTimeout)
        guard head.version.major == 1, !head.uri.isEmpty else {
            return self.refuse(.httpVersionNotSupported, "Use HTTP/1.1.")
        }
        guard head.hasOneLength else {
            return self.refuse(.badRequest, "Give either Content-Length or Transfer-Encoding: chunked, once.")
        }
        let route = self.reception.router.route(head.method, String(head.path))
        if case .function(let bodyLimit, _) = route, head.announcedLength > bodyLimit {
            return self.refuse(.payloadTooLarge, "The body is longer than \(bodyLimit) bytes.")
        }
        self.state = .receiving(head, route, body: ByteBuffer())
    }

    private func received(_ bytes: ByteBuffer) {
        guard case .receiving(let head, let route, var body) = self.state else { return }
        self.state = .idle
        guard case .function(let bodyLimit, _) = route else { return self.refuseBody(of: route) }
        guard body.readableBytes + bytes.readableBytes <= bodyLimit else {
            return self.refuse(.payloadTooLarge, "The body is longer than \(bodyLimit) bytes.")
        }
        body.writeImmutableBuffer(bytes)
        self.state = .receiving(head, route, body: body)
    }

    private func refuseBody(of route: HTTPRoute) {
        switch route {
        case .notFound: self.refuse(.notFound, "There is nothing here.")
        case .methodNotAllowed(let methods):
            self.refuse(.methodNotAllowed, "Use another method.", headers: Self.allow(methods))
        case .session, .echo, .function: self.refuse(.badRequest, "This request takes no body.")
        }
    }

    private static func allow(_ methods: [HTTPMethod]) -> HTTPHeaders {
        ["allow": methods.map(\.rawValue).joined(separator: ", ")]
    }

    private func receivedEnd(_ context: ChannelHandlerContext) {
        guard case .receiving(let head, let route, let body) = self.state else { return }
        self.state = .answering
        self.loop.timers.disarm(self)
        guard !self.loop.isStopping else {
            return self.answer(.text(.serviceUnavailable, "This node is stopping."), to: head)
        }
        switch route {
        case .notFound:
            self.answer(.text(.notFound, "There is nothing here."), to: head)
        case .methodNotAllowed(let methods):
            self.answer(HTTPResponse(.methodNotAllowed, contentType: "", headers: Self.allow(methods)), to: head)
        case .session, .echo:
            self.handshake(head, route, context)
        case .function(_, let function):
            self.call(function, head, body)
        }
    }

    private func call(
        _ function: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
        _ head: HTTPRequestHead,
        _ body: ByteBuffer
    ) {
        let request = self.request(head, body)
        let bound = NIOLoopBound(self, eventLoop: self.loop.eventLoop)
        let eventLoop = self.loop.eventLoop
        Task {
            let response = await function(request)
            eventLoop.execute { bound.value.answer(response, to: head) }
        }
    }

    private func request(_ head: HTTPRequestHead, _ body: ByteBuffer = ByteBuffer()) -> HTTPRequest {
        HTTPRequest(
            method: head.method,
            path: String(head.path),
            query: head.query,
            headers: head.headers,
            body: body,
            peer: self.client?.address.description ?? self.context?.remoteAddress?.ipAddress ?? ""
        )
    }

    // MARK: Responses

    private func answer(_ response: HTTPResponse, to head: HTTPRequestHead) {
        guard case .answering = self.state, let context = self.context else { return }
        self.loop.refreshNow()
        let isKept = head.isKeepAlive && !self.loop.isStopping
        self.write(response, context: context, keepAlive: isKept, isBodyless: head.method == .HEAD)
        guard isKept else { return self.end(context) }
        self.state = .idle
        self.arm(Self.keepAlive)
        self.goOn(context)
    }

    private func refuse(_ status: HTTPResponseStatus, _ sentence: String, headers: HTTPHeaders = [:]) {
        guard let context = self.context else { return }
        switch self.state {
        case .ending, .upgraded: return
        case .idle, .receiving, .answering: break
        }
        var response = HTTPResponse.text(status, sentence)
        response.headers.add(contentsOf: headers)
        self.write(response, context: context, keepAlive: false, isBodyless: false)
        self.end(context)
    }

    private func write(_ response: HTTPResponse, context: ChannelHandlerContext, keepAlive: Bool, isBodyless: Bool) {
        var headers = response.headers
        headers.replaceOrAdd(name: "content-length", value: "\(response.body.readableBytes)")
        headers.replaceOrAdd(name: "connection", value: keepAlive ? "keep-alive" : "close")
        let head = HTTPResponseHead(version: .http1_1, status: response.status, headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        if !isBodyless, response.body.readableBytes > 0 {
            context.write(self.wrapOutboundOut(.body(.byteBuffer(response.body))), promise: nil)
        }
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Ends the output and reads on for a moment, so that no reset overtakes the response.
    private func end(_ context: ChannelHandlerContext) {
        self.state = .ending
        self.held = []
        self.arm(self.loop.policy.limits.closeTimeout)
        context.close(mode: .output, promise: nil)
        self.goOn(context)
    }

    private func arm(_ duration: Duration) {
        self.deadline = self.loop.now + duration
        self.loop.timers.arm(self, at: self.deadline)
    }

    // MARK: The upgrade

    /// Whether a client may come now; it is told when to come back if not.
    private func admits() -> Bool {
        guard self.loop.acceptsHandshakes else {
            self.refuse("draining", "This node sends its clients to other nodes.", retryAfter: 1)
            return false
        }
        guard case .refused(let retryAfter) = self.loop.admit() else { return true }
        self.refuse("rate", "Too many clients come at once.", retryAfter: retryAfter)
        return false
    }

    private func refuse(_ label: String, _ sentence: String, retryAfter: Int) {
        self.loop.node.metrics.handshakeRejected(label)
        var headers = self.reception.nodeHeaders
        headers.add(name: "retry-after", value: "\(retryAfter)")
        self.refuse(.serviceUnavailable, sentence, headers: headers)
    }

    private func handshake(_ head: HTTPRequestHead, _ route: HTTPRoute, _ context: ChannelHandlerContext) {
        switch self.reception.judge(HandshakeRequest(head)) {
        case .notAnUpgrade:
            var response = HTTPResponse.text(.upgradeRequired, "This is a WebSocket endpoint.")
            response.headers.add(contentsOf: self.reception.nodeHeaders)
            self.answer(response, to: head)
        case .refuse(let refusal):
            self.loop.node.metrics.handshakeRejected(refusal.label)
            self.refuse(
                HTTPResponseStatus(statusCode: refusal.status),
                refusal.reason,
                headers: HTTPHeaders(refusal.extraHeaders.map { ($0.0, $0.1) })
            )
        case .accept(let acceptance):
            guard self.admits() else { return }
            let welcome = self.reception.welcome(head, route, acceptance)
            let response = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: welcome.headers)
            context.write(self.wrapOutboundOut(.head(response)), promise: nil)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
            self.state = .upgraded
            HTTPPipeline.replace(with: welcome.speaker.handler, in: context.channel)
        }
    }
}

extension HandshakeRequest {
    fileprivate init(_ head: HTTPRequestHead) {
        self.init(
            method: head.method.rawValue,
            majorVersion: Int(head.version.major),
            minorVersion: Int(head.version.minor),
            headers: head.headers.map { (name: $0.name, value: $0.value) }
        )
    }
}

@available(*, unavailable)
extension FrontDoor: Sendable {}
