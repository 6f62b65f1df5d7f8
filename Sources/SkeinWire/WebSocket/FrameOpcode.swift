/// The meaning of a frame (RFC 6455 section 5.2). Values 3–7 and 11–15 are reserved and have no case: they fail to
/// decode.
public enum FrameOpcode: UInt8, Sendable {
    /// More of the message that a text or binary frame without FIN began.
    case continuation = 0
    /// A message in UTF-8, or its first fragment.
    case text = 1
    /// A message of arbitrary bytes, or its first fragment.
    case binary = 2
    /// The last frame of its sender.
    case close = 8
    /// Asks for a pong with the same payload.
    case ping = 9
    /// Answers a ping, or is sent unasked.
    case pong = 10

    /// Control frames are never fragmented, carry at most 125 bytes and may arrive between the fragments of a message
    /// (section 5.5).
    public var isControl: Bool { self.rawValue >= 8 }
}
