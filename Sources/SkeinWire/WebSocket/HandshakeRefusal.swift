/// The HTTP response to a handshake that breaks a rule of RFC 6455 section 4.2.1. Nothing in it comes from the request.
public struct HandshakeRefusal: Error, Sendable, Equatable {
    /// The HTTP status; 400, 403, 405, 426 or 505 for the rules of the RFC.
    public let status: Int
    /// A sentence for the developer of the client; the body of the response.
    public let reason: String
    /// The broken rule as a metric label, out of a closed set.
    public let label: String
    /// Headers that the status asks for.
    public let extraHeaders: [(name: String, value: String)]

    /// Makes a refusal for a reason of the server's own, such as too many connections.
    public init(_ status: Int, _ label: String, _ reason: String, extraHeaders: [(name: String, value: String)] = []) {
        self.status = status
        self.label = label
        self.reason = reason
        self.extraHeaders = extraHeaders
    }

    static let httpVersion = Self(505, "http_version", "A WebSocket handshake needs HTTP/1.1.")
    static let method = Self(
        405,
        "method",
        "A WebSocket handshake is a GET request.",
        extraHeaders: [("Allow", "GET")]
    )
    static let host = Self(400, "host", "A WebSocket handshake needs exactly one valid Host header.")
    static let connection = Self(400, "connection", "The Connection header does not contain \"upgrade\".")
    static let upgrade = Self(400, "upgrade", "The Upgrade header does not contain \"websocket\".")
    static let body = Self(400, "body", "A WebSocket handshake has no body.")
    static let version = Self(
        426,
        "version",
        "Only version 13 of the WebSocket protocol is supported.",
        extraHeaders: [("Sec-WebSocket-Version", "13")]
    )
    static let key = Self(400, "key", "Sec-WebSocket-Key has to be there once, with 16 bytes in base64.")
    static let origin = Self(403, "origin", "This origin may not connect.")
    static let subprotocol = Self(
        400,
        "subprotocol",
        "Sec-WebSocket-Protocol has to be a list of at most 16 different tokens."
    )

    /// Every refusal there is, so that a metric can be registered for each label.
    public static let all: [Self] = [
        .httpVersion, .method, .host, .connection, .upgrade, .body, .version, .key, .origin, .subprotocol,
    ]

    /// Compares all four properties; header names with regard to case.
    public static func == (left: Self, right: Self) -> Bool {
        left.status == right.status && left.label == right.label && left.reason == right.reason
            && left.extraHeaders.elementsEqual(right.extraHeaders, by: ==)
    }
}
