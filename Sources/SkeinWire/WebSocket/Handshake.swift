/// The server's side of the opening handshake (RFC 6455 section 4.2), as a decision without I/O.
///
/// Rules are checked in a fixed order and the first broken one is reported: what makes the request no handshake at all
/// comes before what makes it an unwelcome one. Extensions are not looked at, which declines them.
public enum Handshake {
    /// Judges a request. Linear in the size of its headers, whose number and size the HTTP parser limits.
    ///
    /// - Parameters:
    ///   - origins: which pages may connect.
    ///   - subprotocols: the names that the server knows. The first one in the client's order is chosen; a client that
    ///     offers only others is accepted without one, and fails the connection itself if it cannot do without
    ///     (section 4.1).
    public static func evaluate(
        _ request: HandshakeRequest,
        origins: OriginPolicy,
        subprotocols: [String]
    ) -> HandshakeDecision {
        guard request.asksForWebSocket else { return .notAnUpgrade }
        do throws(HandshakeRefusal) {
            let host = try Self.checkRequest(request)
            try Self.checkUpgrade(request)
            guard let key = request.onlyValue(of: "sec-websocket-key"), let accept = WebSocketKey.accept(key) else {
                throw .key
            }
            try Self.checkOrigin(request, host: host, origins: origins)
            let subprotocol = try Self.chooseSubprotocol(request, known: subprotocols)
            return .accept(HandshakeAcceptance(accept: accept, subprotocol: subprotocol))
        } catch {
            return .refuse(error)
        }
    }

    /// The request line and what every HTTP/1.1 request needs. Returns the host.
    private static func checkRequest(_ request: HandshakeRequest) throws(HandshakeRefusal) -> String {
        guard request.majorVersion == 1, request.minorVersion >= 1 else { throw .httpVersion }
        guard request.method == "GET" else { throw .method }
        guard let host = request.onlyValue(of: "host"), WebOrigin.Authority(host) != nil else { throw .host }
        let lengths = request.values(of: "content-length")
        guard request.values(of: "transfer-encoding").isEmpty, lengths.allSatisfy({ $0.elementsEqual("0".utf8) }) else {
            throw .body
        }
        return String(Substring(host))
    }

    private static func checkUpgrade(_ request: HandshakeRequest) throws(HandshakeRefusal) {
        guard HeaderText.contains("upgrade", in: request.values(of: "connection")) else { throw .connection }
        guard HeaderText.contains("websocket", in: request.values(of: "upgrade")) else { throw .upgrade }
        guard let version = request.onlyValue(of: "sec-websocket-version"), version.elementsEqual("13".utf8) else {
            throw .version
        }
    }

    private static func checkOrigin(
        _ request: HandshakeRequest,
        host: String,
        origins: OriginPolicy
    ) throws(HandshakeRefusal) {
        let values = request.values(of: "origin")
        guard values.count <= 1, origins.allows(origin: values.first.map { String(Substring($0)) }, host: host) else {
            throw .origin
        }
    }

    private static func chooseSubprotocol(
        _ request: HandshakeRequest,
        known: [String]
    ) throws(HandshakeRefusal) -> String? {
        var offers: [HeaderText.Bytes] = []
        for list in request.values(of: "sec-websocket-protocol") {
            for offer in HeaderText.elements(list) {
                guard offers.count < Self.maximumSubprotocols, HeaderText.isToken(offer),
                    !offers.contains(where: { $0.elementsEqual(offer) })
                else { throw .subprotocol }
                offers.append(offer)
            }
        }
        for offer in offers {
            if let name = known.first(where: { $0.utf8.elementsEqual(offer) }) { return name }
        }
        return nil
    }

    private static let maximumSubprotocols = 16
}
