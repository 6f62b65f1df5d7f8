public import NIOCore
public import SkeinCore

extension WireFormat {
    /// Takes one frame apart and passes its commands on, in order.
    ///
    /// Stops at the first defect: the commands before it have been delivered then, the caller ends the connection.
    /// Allocates at most a small multiple of the frame, whatever it says.
    ///
    /// - Parameters:
    ///   - message: The content of one frame, or of one request body.
    ///   - limit: How many commands a frame may hold; the one after that is
    /// ``CommandDecodingError/Kind/tooManyCommands``.
    ///   - body: Called once for each command.
    public func decodeCommands(
        in message: ByteBuffer,
        limit: Int,
        _ body: (Command) -> Void
    ) throws(CommandDecodingError) {
        guard message.readableBytes > 0 else { throw CommandDecodingError(.empty) }
        switch self {
        case .json: try CommandJSON.decode(message, limit: limit, body)
        case .protobuf: try CommandProtobuf.decode(message, limit: limit, body)
        }
    }
}
