/// What one message from a client may cost (RFC 6455 section 10.4). Both limits end the connection with 1009.
public struct FrameLimits: Sendable, Equatable {
    /// Bytes of payload in a message, over all of its fragments. A message of exactly this size passes. Values above
    /// 1 GiB mean 1 GiB. The decoder holds at most this much, rounded up to a power of two.
    public var maximumMessageSize: Int
    /// Frames in a message; a message that is not fragmented counts as one.
    public var maximumFragments: Int

    /// The defaults are what a server on the internet should start from: 64 KiB, 1024 fragments.
    public init(maximumMessageSize: Int = 65_536, maximumFragments: Int = 1024) {
        self.maximumMessageSize = maximumMessageSize
        self.maximumFragments = maximumFragments
    }

    /// `ByteBuffer` counts in 32 bits and doubles when it grows, so the size stays far from where that would overflow.
    var effectiveMessageSize: Int { max(0, min(self.maximumMessageSize, 1 << 30)) }
}
