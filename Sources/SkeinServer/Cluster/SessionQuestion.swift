import SkeinCore
import SkeinTransport

/// What the API asks of sessions, wherever in the cluster they are. Every node does the same with it for its own.
enum SessionQuestion: Sendable {
    /// End sessions.
    case disconnect(SessionSelection, DisconnectCode)
    /// End subscriptions of sessions; an empty channel means all of theirs.
    case unsubscribe(SessionSelection, ChannelName)
    /// Subscribe sessions.
    case subscribe(SessionSelection, ServerSubscription)
    /// Give sessions another end.
    case refresh(SessionSelection, isExpired: Bool, timeLeft: Duration?, info: [UInt8]?)
    /// Send data to sessions.
    case message(SessionSelection, data: [UInt8])
    /// Count the subscribers of channels whose names fit a pattern; an empty one fits all.
    case channels(pattern: String)
    /// Drain the node of that name and end it.
    case drain(node: String)
}

/// What a node did, or found.
struct SessionAnswer: Sendable, Equatable {
    /// Sessions that it was about.
    var sessions = 0
    /// What was in the way, if anything was; its number alone travels.
    var error: ErrorCode?
    /// Whether it was the node that was meant.
    var isMeant = false
    /// Subscribers of channels.
    var channels: [ChannelName: Int] = [:]

    /// What two nodes did.
    static func + (left: Self, right: Self) -> Self {
        Self(
            sessions: left.sessions + right.sessions,
            error: left.error ?? right.error,
            isMeant: left.isMeant || right.isMeant,
            channels: left.channels.merging(right.channels, uniquingKeysWith: +)
        )
    }
}
