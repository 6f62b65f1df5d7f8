public import SkeinCore

/// The rule of RFC 6455 that a client broke, and what to close the connection with.
public struct FrameError: Error, Sendable, Equatable {
    /// The broken rule. Raw values are metric labels: a closed set that no client text gets into.
    public enum Kind: String, Sendable, CaseIterable {
        /// A client frame without a mask (section 5.1).
        case mask
        /// A reserved bit that no negotiated extension uses (section 5.2).
        case reservedBits = "reserved_bits"
        /// An opcode that RFC 6455 does not define (section 5.2).
        case opcode
        /// A fragmented control frame, or one above 125 bytes (section 5.5).
        case controlFrame = "control_frame"
        /// A continuation of nothing, or a new message inside another one (section 5.4).
        case continuation
        /// A length that is not in its shortest form, or has its highest bit set (section 5.2).
        case length
        /// A close frame with half a code, or a code that must not be sent (sections 5.5.1 and 7.4).
        case closeBody = "close_body"
        /// Text or a close reason that is not UTF-8 (section 8.1).
        case utf8
        /// More bytes than `FrameLimits.maximumMessageSize` (section 10.4).
        case messageTooBig = "message_too_big"
        /// More frames than `FrameLimits.maximumFragments` (section 10.4).
        case tooManyFragments = "too_many_fragments"
    }

    /// Which rule it was; what a metric counts by.
    public let kind: Kind

    /// Makes the error; its close code follows from `kind`.
    public init(_ kind: Kind) {
        self.kind = kind
    }

    /// 1002, 1007 or 1009 (section 7.4.1).
    public var closeCode: DisconnectCode {
        switch self.kind {
        case .mask, .reservedBits, .opcode, .controlFrame, .continuation, .length, .closeBody: .protocolError
        case .utf8: .invalidUTF8
        case .messageTooBig, .tooManyFragments: .messageTooBig
        }
    }
}
