public import NIOCore

/// Reads the header of the PROXY protocol, versions 1 (a line of text) and 2 (binary), that a proxy puts in front of a
/// connection's bytes. Follows HAProxy's `doc/proxy-protocol.txt`.
///
/// Without state: whoever collects the bytes asks again when more have come. The outcome depends on the bytes alone.
/// Once it is not `needsMore`, further bytes do not change it.
public enum ProxyHeaderParser {
    /// What the bytes are.
    public enum Outcome: Equatable, Sendable {
        /// The beginning of a header.
        case needsMore
        /// A header of `consumed` bytes; what follows it belongs to the client.
        case header(ProxyHeader, consumed: Int)
        /// No header can begin like this.
        case failure(ProxyHeaderError)
    }

    /// Judges the readable bytes, which must begin with the first of the connection.
    ///
    /// A wrong byte is refused as soon as it is there; only the additional fields of version 2 wait for the whole
    /// header. Takes time in proportion to the header, not to the bytes behind it, and at most 107 steps or one look at
    /// the first 16 bytes while it is incomplete.
    public static func parse(_ buffer: ByteBuffer) -> Outcome {
        buffer.withUnsafeReadableBytes { bytes in
            do throws(ProxyHeaderError) {
                guard let first = bytes.first else { return .needsMore }
                let isText = first == UInt8(ascii: "P")
                let parsed = isText ? try ProxyHeaderLine.parse(bytes) : try ProxyHeaderBlock.parse(bytes)
                guard let (header, length) = parsed else { return .needsMore }
                return .header(header, consumed: length)
            } catch {
                return .failure(error)
            }
        }
    }
}
