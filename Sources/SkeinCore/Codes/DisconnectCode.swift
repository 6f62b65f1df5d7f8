/// Why the server ends a connection: the code and reason of the WebSocket close frame.
///
/// Clients reconnect for codes below 3500 and for 4000–4499 and 5000 and up; they stay away for 3500–3999 and 4500–4999
/// (Centrifuge protocol). WebSocket codes of RFC 6455 section 7.4.1 stand for errors below the client protocol. Codes 4000–4999
/// belong to applications.
public struct DisconnectCode: Hashable, Sendable, CustomStringConvertible {
    /// The number in the close frame.
    public let code: UInt16
    /// At most 123 bytes, so that it fits a control frame.
    public let reason: String

    /// Makes a code; the ones that the server uses are the static members. A longer reason is cut at a character.
    public init(_ code: UInt16, _ reason: String) {
        self.code = code
        var reason = reason
        while reason.utf8.count > Self.maximumReasonLength { reason.removeLast() }
        self.reason = reason
    }

    /// What is left of a control frame's 125 bytes after the code (RFC 6455 section 5.5).
    public static let maximumReasonLength = 123

    /// Whether a client of the Centrifuge protocol connects again after this code.
    public var invitesReconnect: Bool {
        switch self.code {
        case 1009: false
        case 3500...3999, 4500...4999: false
        default: true
        }
    }

    public static let normal = Self(1000, "")
    public static let goingAway = Self(1001, "going away")
    public static let protocolError = Self(1002, "protocol error")
    public static let unsupportedData = Self(1003, "unsupported data")
    public static let invalidUTF8 = Self(1007, "invalid UTF-8")
    public static let policyViolation = Self(1008, "policy violation")
    public static let messageTooBig = Self(1009, "message too big")
    public static let internalError = Self(1011, "internal error")
    public static let serviceRestart = Self(1012, "service restart")

    public static let connectionClosed = Self(3000, "connection closed")
    public static let shutdown = Self(3001, "shutdown")
    public static let serverError = Self(3004, "internal server error")
    public static let expired = Self(3005, "connection expired")
    public static let subscriptionExpired = Self(3006, "subscription expired")
    public static let slow = Self(3008, "slow")
    public static let writeError = Self(3009, "write error")
    public static let insufficientState = Self(3010, "insufficient state")
    public static let forceReconnect = Self(3011, "force reconnect")
    public static let noPong = Self(3012, "no pong")
    public static let tooManyRequests = Self(3013, "too many requests")
    public static let stateInvalidated = Self(3014, "state invalidated")

    public static let invalidToken = Self(3500, "invalid token")
    public static let badRequest = Self(3501, "bad request")
    public static let stale = Self(3502, "stale")
    public static let forceDisconnect = Self(3503, "force disconnect")
    public static let connectionLimit = Self(3504, "connection limit")
    public static let channelLimit = Self(3505, "channel limit")
    public static let inappropriateProtocol = Self(3506, "inappropriate protocol")
    public static let permissionDenied = Self(3507, "permission denied")
    public static let notAvailable = Self(3508, "not available")
    public static let tooManyErrors = Self(3509, "too many errors")

    /// Every code that the server itself sends, in order.
    public static let all: [Self] = [
        .normal, .goingAway, .protocolError, .unsupportedData, .invalidUTF8, .policyViolation, .messageTooBig,
        .internalError, .serviceRestart, .connectionClosed, .shutdown, .serverError, .expired, .subscriptionExpired,
        .slow, .writeError,
        .insufficientState, .forceReconnect, .noPong, .tooManyRequests, .stateInvalidated, .invalidToken, .badRequest,
        .stale, .forceDisconnect, .connectionLimit, .channelLimit, .inappropriateProtocol, .permissionDenied,
        .notAvailable, .tooManyErrors,
    ]

    public var description: String { "\(self.code) \(self.reason)" }
}
