import NIOCore

/// A message whose end has not arrived: it is fragmented, or its only frame is still under way.
///
/// Payload is taken out of each read as it comes, unmasked, validated and appended to one buffer. So no read is kept
/// alive, an invalid byte ends the connection inside its fragment (RFC 6455 section 8.1), and a thousand fragments cost
/// no more than their bytes. The buffer grows with what arrived, not with what a header promised, and doubles, so that
/// a message in small pieces costs time linear in its size.
struct PartialMessage: Sendable {
    private var payload: ByteBuffer?
    private(set) var fragmentCount = 0
    private var validator = UTF8Validator()
    private let isText: Bool
    /// The current frame: the key as it applies to the next byte, the bytes to come, and whether it is the last one.
    private var key: UInt32 = 0
    private var missing: UInt32 = 0
    private var isFinal = false
    /// Whether the header of a frame was read and its payload was not, or not completely.
    private(set) var isInsideFrame = false

    init(isText: Bool) {
        self.isText = isText
    }

    /// Payload bytes so far.
    var size: Int { self.payload?.readableBytes ?? 0 }

    /// Bytes allocated for it.
    var retainedByteCount: Int { self.payload?.storageCapacity ?? 0 }

    /// A frame of this message begins. Its length was checked against the limit, so it fits 32 bits.
    mutating func beginFrame(_ header: FrameHeader) {
        self.fragmentCount += 1
        self.key = header.key
        self.missing = UInt32(clamping: header.payloadLength)
        self.isFinal = header.isFinal
        self.isInsideFrame = true
    }

    /// Moves what there is of the current frame from `input` to the message. Returns the message when it is complete.
    mutating func consume(_ input: inout ByteBuffer) throws(FrameError) -> FrameEvent? {
        let count = min(Int(self.missing), input.readableBytes)
        if count > 0 {
            try self.take(count, from: &input)
            self.missing -= UInt32(count)
        }
        guard self.missing == 0 else { return nil }
        self.isInsideFrame = false
        guard self.isFinal else { return nil }
        guard self.validator.isComplete else { throw FrameError(.utf8) }
        let message = self.payload ?? ByteBuffer()
        return self.isText ? .text(message) : .binary(message)
    }

    /// Copies, then unmasks and validates the copy.
    private mutating func take(_ count: Int, from input: inout ByteBuffer) throws(FrameError) {
        let isValid = input.readWithUnsafeReadableBytes { source in
            (count, self.append(UnsafeRawBufferPointer(rebasing: source[..<count])))
        }
        guard isValid else { throw FrameError(.utf8) }
        self.key = Masking.rotate(self.key, by: count)
    }

    private mutating func append(_ source: UnsafeRawBufferPointer) -> Bool {
        var target = self.payload.take() ?? ByteBufferAllocator().buffer(capacity: source.count)
        defer { self.payload = target }
        var isValid = true
        target.writeWithUnsafeMutableBytes(minimumWritableBytes: source.count) { free in
            let added = UnsafeMutableRawBufferPointer(rebasing: free[..<source.count])
            added.copyMemory(from: source)
            Masking.apply(key: self.key, to: added)
            if self.isText { isValid = self.validator.validate(UnsafeRawBufferPointer(added)) }
            return source.count
        }
        return isValid
    }
}
