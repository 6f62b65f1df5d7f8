import NIOCore
import NIOHTTP1
import SkeinCore
import SkeinWire

/// What the doors of a listener have in common: where paths lead, who may come in, and what a client that comes in gets.
///
/// Confined to the event loop of `loop`.
struct Reception {
    /// What is said to a client that is let in, and who speaks with it from then on.
    struct Welcome {
        /// Headers of the 101 response.
        var headers: HTTPHeaders
        var speaker: Speaker

        /// The 101 response.
        var response: ByteBuffer {
            var response = ByteBufferAllocator().buffer(capacity: 256)
            response.writeStaticString("HTTP/1.1 101 Switching Protocols\r\n")
            for header in self.headers {
                response.writeString(header.name)
                response.writeStaticString(": ")
                response.writeString(header.value)
                response.writeStaticString("\r\n")
            }
            response.writeStaticString("\r\n")
            return response
        }
    }

    /// Who speaks on a WebSocket.
    enum Speaker {
        case session(SessionHandler)
        case echo(EchoHandler)

        var handler: any ChannelHandler {
            switch self {
            case .session(let handler): handler
            case .echo(let handler): handler
            }
        }
    }

    let loop: LoopContext
    let router: any HTTPRouter
    /// The origins that may open a WebSocket; read at each handshake, so that a reload takes effect.
    let origins: @Sendable () -> OriginPolicy

    private static let subprotocols = WireFormat.subprotocols.map(\.0)

    /// Headers that tell which node answers.
    var nodeHeaders: HTTPHeaders { self.loop.node.placement?.nodeHeaders ?? [:] }

    /// Judges a request by the rules of the opening handshake.
    func judge(_ request: HandshakeRequest) -> HandshakeDecision {
        Handshake.evaluate(request, origins: self.origins(), subprotocols: Self.subprotocols)
    }

    /// Takes a plain handshake that is let in from `bytes`; nil, and nothing taken, for everything else.
    func welcome(_ bytes: inout ByteBuffer) -> Welcome? {
        guard let plain = bytes.withUnsafeReadableBytes({ HandshakeHead($0) }) else { return nil }
        let request = HandshakeRequest(method: "GET", headers: plain.headers)
        let headers = HTTPHeaders(plain.headers.map { ($0.name, $0.value) })
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: plain.target, headers: headers)
        let route = self.router.route(.GET, String(head.path))
        switch route {
        case .session, .echo: break
        case .function, .methodNotAllowed, .notFound: return nil
        }
        guard case .accept(let acceptance) = self.judge(request), self.loop.admitsAtOnce() else { return nil }
        bytes.moveReaderIndex(forwardBy: plain.length)
        return self.welcome(head, route, acceptance)
    }

    /// Makes the answer to a handshake that is accepted and admitted.
    func welcome(_ head: HTTPRequestHead, _ route: HTTPRoute, _ acceptance: HandshakeAcceptance) -> Welcome {
        var headers: HTTPHeaders = [
            "upgrade": "websocket", "connection": "Upgrade", "sec-websocket-accept": acceptance.accept,
        ]
        if let subprotocol = acceptance.subprotocol {
            headers.add(name: "sec-websocket-protocol", value: subprotocol)
        }
        let client = self.loop.node.placement?.place(head) ?? PlacedClient()
        headers.add(contentsOf: client.headers)
        headers.add(contentsOf: self.nodeHeaders)
        if case .echo(let messageSize) = route {
            return Welcome(headers: headers, speaker: .echo(EchoHandler(loop: self.loop, messageSize: messageSize)))
        }
        return Welcome(headers: headers, speaker: .session(self.makeSession(head.query, acceptance, client.position)))
    }

    private func makeSession(
        _ query: [String: String],
        _ acceptance: HandshakeAcceptance,
        _ position: UInt64?
    ) -> SessionHandler {
        let named = acceptance.subprotocol.flatMap { WireFormat(subprotocol: $0) }
        let asked = (query["format"] ?? query["cf_protocol"]).flatMap { WireFormat(query: $0) }
        return SessionHandler(
            loop: self.loop,
            format: named ?? asked ?? .json,
            usesFramePing: query["cf_ws_frame_ping_pong"] == "true",
            clientID: ClientID.make(),
            position: position
        )
    }
}
