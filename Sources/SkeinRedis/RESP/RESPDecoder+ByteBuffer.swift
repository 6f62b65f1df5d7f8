import NIOCore

extension RESPDecoder {
    /// Reads on with the readable bytes of a buffer, as `decode(_:_:)` does with plain bytes. The buffer can be reused
    /// afterwards.
    mutating func decode(
        _ buffer: ByteBuffer,
        _ body: (borrowing RESPReply) throws(RESPError) -> Void
    ) throws(RESPError) {
        try buffer.withUnsafeReadableBytes { bytes throws(RESPError) in
            try self.decode(bytes, body)
        }
    }
}
