import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends requests to a node, for commands that an operator types: one request a connection, in clear.
struct NodeClient: Sendable {
    /// What came back.
    struct Answer: Sendable {
        var status: HTTPResponseStatus
        var body: ByteBuffer
    }

    private static let answerLimit = 16 << 20

    private let host: String
    private let port: Int
    private let timeout: TimeAmount

    /// A client of the node at `http://host:port`, whatever path is behind it; nil for anything else.
    init?(url: String, timeout: Duration) {
        guard url.hasPrefix("http://") else { return nil }
        let authority = url.dropFirst("http://".count).prefix { $0 != "/" }
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        let host = authority[..<colon]
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
        self.port = port
        self.timeout = TimeAmount(timeout)
    }

    /// Sends a request and waits for the whole answer. Throws when none comes in time.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: ByteBuffer = ByteBuffer()
    ) async throws -> Answer {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = eventLoop.makePromise(of: Answer.self)
        // One that nobody keeps is a trap; keeping it twice is none.
        defer { promise.fail(ChannelError.eof) }
        let channel = try await ClientBootstrap(group: eventLoop)
            .connectTimeout(self.timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        AnswerCollector(promise: promise, limit: Self.answerLimit)
                    )
                }
            }
            .connect(host: self.host, port: self.port).get()
        let timeout = self.timeout
        let alarm = eventLoop.scheduleTask(in: timeout) { promise.fail(ChannelError.connectTimeout(timeout)) }
        defer {
            alarm.cancel()
            channel.close(promise: nil)
        }
        var all = headers
        all.add(name: "host", value: "\(self.host):\(self.port)")
        all.add(name: "connection", value: "close")
        if method == .POST { all.add(name: "content-length", value: "\(body.readableBytes)") }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: all)
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if body.readableBytes > 0 { channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil) }
        try await channel.writeAndFlush(HTTPClientRequestPart.end(nil))
        return try await promise.futureResult.get()
    }
}

/// Collects one answer, of at most `limit` bytes.
private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<NodeClient.Answer>
    private let limit: Int
    private var answer = NodeClient.Answer(status: .ok, body: ByteBuffer())

    init(promise: EventLoopPromise<NodeClient.Answer>, limit: Int) {
        self.promise = promise
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.answer.status = head.status
        case .body(let bytes):
            guard self.answer.body.readableBytes + bytes.readableBytes <= self.limit else {
                return self.promise.fail(ChannelError.eof)
            }
            self.answer.body.writeImmutableBuffer(bytes)
        case .end:
            self.promise.succeed(self.answer)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.promise.fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.promise.fail(ChannelError.eof)
    }
}
