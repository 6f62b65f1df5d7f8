public import NIOCore
public import SkeinCore

/// What a client sent, one whole message or control frame at a time.
///
/// Payloads are unmasked. They may be slices of a read: whoever keeps one for long copies it first, or it keeps the
/// read alive.
public enum FrameEvent: Sendable, Equatable {
    /// A message of valid UTF-8, its fragments joined.
    case text(ByteBuffer)
    /// A message of arbitrary bytes, its fragments joined.
    case binary(ByteBuffer)
    /// At most 125 bytes, which the pong has to repeat (RFC 6455 section 5.5.3).
    case ping(ByteBuffer)
    /// At most 125 bytes; nobody need have asked for it.
    case pong(ByteBuffer)
    /// The peer's close frame; nil when it had no body. The code is one that may be on the wire, so it can be echoed.
    /// Nothing follows.
    case close(DisconnectCode?)
    /// The peer broke a rule: the connection has to be closed with the error's code. Nothing follows.
    case failure(FrameError)

    /// Whether it is a message, and no control frame or failure.
    public var isMessage: Bool {
        switch self {
        case .text, .binary: true
        case .ping, .pong, .close, .failure: false
        }
    }
}
