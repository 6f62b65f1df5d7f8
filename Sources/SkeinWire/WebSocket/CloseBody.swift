import NIOCore
import SkeinCore

/// The payload of a close frame: nothing, or a code and a reason in UTF-8 (RFC 6455 section 5.5.1).
enum CloseBody {
    /// Reads what a peer sent; nil when it gave no code.
    static func decode(_ body: ByteBuffer) throws(FrameError) -> DisconnectCode? {
        guard body.readableBytes > 0 else { return nil }
        var body = body
        guard let code = body.readInteger(as: UInt16.self), Self.permits(code) else { throw FrameError(.closeBody) }
        guard body.withUnsafeReadableBytes({ UTF8Validator.isValid($0) }) else { throw FrameError(.utf8) }
        return DisconnectCode(code, String(buffer: body))
    }

    /// Whether a code may be on the wire (section 7.4): those that the RFC and the IANA registry define for close
    /// frames, and the ranges of libraries and applications. 1004 is reserved; 1005, 1006 and 1015 only stand for what
    /// an endpoint saw; 1016–2999 belong to later revisions.
    static func permits(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
