/// The one place that knows what the reserved bits of a frame may mean.
///
/// No extension is negotiated, so none may be set (RFC 6455 section 5.2). `permessage-deflate` (RFC 7692) would allow
/// RSV1 here, on the first frame of a message and on no other.
enum FrameExtensions {
    private static let reservedBits: UInt8 = 0x70

    /// Whether the first byte of a frame uses only bits with an agreed meaning.
    static func permit(_ firstByte: UInt8) -> Bool {
        firstByte & Self.reservedBits == 0
    }
}
