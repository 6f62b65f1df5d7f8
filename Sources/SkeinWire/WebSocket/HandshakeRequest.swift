/// What the WebSocket handshake looks at in an HTTP request: no URI, no body.
public struct HandshakeRequest: Sendable {
    /// As on the wire; methods are case-sensitive.
    public var method: String
    public var majorVersion: Int
    public var minorVersion: Int
    /// In order, repeated names not joined. Values are compared as bytes and never end up in a response.
    public var headers: [(name: String, value: String)]

    /// Takes over what the HTTP parser found; nothing is checked here.
    public init(
        method: String,
        majorVersion: Int = 1,
        minorVersion: Int = 1,
        headers: [(name: String, value: String)]
    ) {
        self.method = method
        self.majorVersion = majorVersion
        self.minorVersion = minorVersion
        self.headers = headers
    }

    /// Whether the client means to open a WebSocket, however badly it asks: it names `websocket` in `Upgrade`, or sent
    /// a `Sec-WebSocket-Key`.
    public var asksForWebSocket: Bool {
        self.headers.contains { header in
            HeaderText.isEqual(header.name, "sec-websocket-key")
                || HeaderText.isEqual(header.name, "upgrade") && HeaderText.mentions("websocket", in: header.value)
        }
    }

    /// The values of one header without surrounding blanks; `name` in lower case. Linear in the headers.
    func values(of name: StaticString) -> [Substring.UTF8View] {
        var values: [Substring.UTF8View] = []
        for header in self.headers where HeaderText.isEqual(header.name, name) {
            values.append(HeaderText.trim(header.value.utf8[...]))
        }
        return values
    }

    /// The value of a header that has to be there exactly once.
    func onlyValue(of name: StaticString) -> Substring.UTF8View? {
        var found: Substring.UTF8View?
        for header in self.headers where HeaderText.isEqual(header.name, name) {
            guard found == nil else { return nil }
            found = HeaderText.trim(header.value.utf8[...])
        }
        return found
    }
}
