/// The start of a client's frame, with every rule checked that needs no knowledge of earlier frames.
struct FrameHeader: Equatable {
    /// Whether this frame ends its message (the FIN bit).
    let isFinal: Bool
    let opcode: FrameOpcode
    /// Declared by the peer, so it may be as large as `Int.max`: compare, do not add.
    let payloadLength: Int
    /// 2, 4 or 10: what stands before the four bytes of the masking key.
    let keyOffset: Int
    /// The masking key as a big-endian integer; 0 while it has not arrived.
    let key: UInt32

    /// Where the payload starts: 6, 8 or 14.
    var length: Int { self.keyOffset + 4 }

    /// Reads the header at the start of `bytes`; nil when `bytes` ends before the payload length is known. The masking
    /// key may still be missing, so that a length above the limit is refused before the key arrives.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(FrameError) -> Self? {
        guard bytes.count >= 2 else { return nil }
        let first = bytes[0]
        guard FrameExtensions.permit(first) else { throw FrameError(.reservedBits) }
        guard let opcode = FrameOpcode(rawValue: first & 0x0F) else { throw FrameError(.opcode) }
        let second = bytes[1]
        guard second & 0x80 != 0 else { throw FrameError(.mask) }
        let isFinal = first & 0x80 != 0
        let shortLength = Int(second & 0x7F)
        if opcode.isControl && (!isFinal || shortLength > 125) { throw FrameError(.controlFrame) }
        let keyOffset = shortLength < 126 ? 2 : shortLength == 126 ? 4 : 10
        guard bytes.count >= keyOffset else { return nil }
        let payloadLength =
            shortLength < 126 ? shortLength : try Self.extendedLength(bytes, isShort: shortLength == 126)
        let hasKey = bytes.count >= keyOffset + 4
        let key = hasKey ? bytes.loadUnaligned(fromByteOffset: keyOffset, as: UInt32.self) : 0
        return Self(
            isFinal: isFinal,
            opcode: opcode,
            payloadLength: payloadLength,
            keyOffset: keyOffset,
            key: UInt32(bigEndian: key)
        )
    }

    /// "The minimal number of bytes MUST be used", "the most significant bit MUST be 0" (section 5.2).
    private static func extendedLength(
        _ bytes: UnsafeRawBufferPointer,
        isShort: Bool
    ) throws(FrameError) -> Int {
        if isShort {
            let length = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            guard length >= 126 else { throw FrameError(.length) }
            return Int(length)
        }
        let length = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
        guard length > UInt64(UInt16.max), length <= UInt64(Int64.max) else { throw FrameError(.length) }
        return Int(clamping: length)
    }
}
