/// The head of a plain opening handshake, read from the bytes of a connection (RFC 9112 sections 2 to 5).
///
/// It knows one kind of request: `GET` with a body in no way announced, in HTTP/1.1, of visible ASCII characters, whole. Whatever
/// else there may be is for an HTTP parser to judge, so every doubt ends in nil and nothing is refused here. What it does take, an
/// HTTP parser reads in the same way.
public struct HandshakeHead: Sendable {
    /// The request target, as on the wire.
    public let target: String
    /// In order, repeated names not joined; values without the blanks in front of them.
    public let headers: [(name: String, value: String)]
    /// How many bytes the head takes, with the empty line at its end. Frames may follow.
    public let length: Int

    private static let start = StaticString("GET ")
    private static let version = StaticString(" HTTP/1.1")
    private static let maximumHeaders = 64
    private static let maximumLength = 8 * 1024

    /// Reads the head at the start of `bytes`; nil for anything that is no whole and plain handshake. Linear in the head.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = HandshakeHeadReader(bytes: UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.maximumLength)))
        guard reader.skip(Self.start),
            let target = reader.text(until: UInt8(ascii: " "), where: HandshakeHeadReader.isVisible),
            target.utf8.first == UInt8(ascii: "/"), reader.skip(Self.version), reader.skipLineEnd()
        else { return nil }
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(12)
        var names = Names()
        while !reader.skipLineEnd() {
            guard headers.count < Self.maximumHeaders, let header = reader.header() else { return nil }
            names.note(header.name)
            headers.append(header)
        }
        guard names.isPlainHandshake else { return nil }
        self.target = target
        self.headers = headers
        self.length = reader.offset
    }

    /// Which of the names occur that decide what kind of request it is.
    private struct Names {
        private var hasKey = false
        private var announcesBody = false

        mutating func note(_ name: String) {
            switch name.utf8.count {
            case 17 where HeaderText.isEqual(name, "sec-websocket-key"): self.hasKey = true
            case 14 where HeaderText.isEqual(name, "content-length"): self.announcesBody = true
            case 17 where HeaderText.isEqual(name, "transfer-encoding"): self.announcesBody = true
            default: break
            }
        }

        var isPlainHandshake: Bool { self.hasKey && !self.announcesBody }
    }
}
