/// An error that a reply carries (Centrifuge protocol, "client protocol codes").
///
/// The set is open: codes 400–1999 belong to applications.
public struct ErrorCode: Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    public let code: UInt32
    /// What the client is told; never contains details of tokens or of the server.
    public let message: String
    /// Whether the same command may succeed when it is sent again.
    public let isTemporary: Bool

    /// Makes a code; the ones that the server uses are the static members.
    public init(_ code: UInt32, _ message: String, isTemporary: Bool = false) {
        self.code = code
        self.message = message
        self.isTemporary = isTemporary
    }

    public static let `internal` = Self(100, "internal server error", isTemporary: true)
    public static let unauthorized = Self(101, "unauthorized")
    public static let unknownChannel = Self(102, "unknown channel")
    public static let permissionDenied = Self(103, "permission denied")
    public static let methodNotFound = Self(104, "method not found")
    public static let alreadySubscribed = Self(105, "already subscribed")
    public static let limitExceeded = Self(106, "limit exceeded")
    public static let badRequest = Self(107, "bad request")
    public static let notAvailable = Self(108, "not available")
    public static let tokenExpired = Self(109, "token expired")
    public static let expired = Self(110, "expired")
    public static let tooManyRequests = Self(111, "too many requests", isTemporary: true)
    public static let unrecoverablePosition = Self(112, "unrecoverable position")
    public static let concurrentPagination = Self(113, "concurrent pagination", isTemporary: true)

    /// Every code that the server itself sends, in order.
    public static let all: [Self] = [
        .internal, .unauthorized, .unknownChannel, .permissionDenied, .methodNotFound, .alreadySubscribed,
        .limitExceeded, .badRequest, .notAvailable, .tokenExpired, .expired, .tooManyRequests,
        .unrecoverablePosition, .concurrentPagination,
    ]

    public var description: String { "\(self.code) \(self.message)" }
}
