/// The meaning of a frame (RFC 6455 section 5.2). Values 3–7 and 11–15 are reserved and have no case: they fail to decode.
public enum FrameOpcode: UInt8, Sendable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    /// Control frames are never fragmented, carry at most 125 bytes and may arrive between the fragments of a message
    /// (section 5.5).
    public var isControl: Bool { self.rawValue >= 8 }
}
