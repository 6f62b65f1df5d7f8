/// Why the server ends a subscription (Centrifuge protocol): below 2500 the client stays unsubscribed, from 2500 it subscribes
/// again, with recovery where the channel has it.
public struct UnsubscribeCode: Hashable, Sendable, CustomStringConvertible {
    /// The number in the push.
    public let code: UInt32
    /// What the client is told.
    public let reason: String

    /// Makes a code; the ones that the server uses are the static members.
    public init(_ code: UInt32, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Whether the client subscribes again by itself.
    public var invitesResubscribe: Bool { self.code >= 2500 }

    public static let server = Self(2000, "server unsubscribe")
    public static let insufficientState = Self(2500, "insufficient state")
    public static let expired = Self(2501, "subscription expired")
    public static let stateInvalidated = Self(2502, "state invalidated")

    /// Every code that the server itself sends, in order.
    public static let all: [Self] = [.server, .insufficientState, .expired, .stateInvalidated]

    public var description: String { "\(self.code) \(self.reason)" }
}
