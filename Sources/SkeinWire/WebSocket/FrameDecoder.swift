public import NIOCore

/// Turns the bytes of one client into messages and control frames, and refuses whatever RFC 6455 forbids.
///
/// A value without I/O: `append` what was read, then call `next` until it returns nil. The events depend only on the
/// bytes, never on how they were cut into reads.
///
/// - A frame that is whole within a read is unmasked in place and returned as a slice of it.
/// - Everything else is copied out as it arrives (`PartialMessage`). When `next` has returned nil, the decoder holds
///   the message so far and at most the start of one control frame or header, but no read; between messages it holds
///   nothing.
/// - Lengths are judged as soon as they are known and before anything is allocated for them.
public struct FrameDecoder: Sendable {
    private let limits: FrameLimits
    /// Not yet looked at, or the start of a header or control frame that goes on in the next read.
    private var input: ByteBuffer?
    private var message: PartialMessage?
    /// Whether a close frame or a failure was returned. Whatever follows is ignored (RFC 6455 section 5.5.1).
    public private(set) var isFinished = false

    /// Starts before the first byte behind the handshake.
    public init(limits: FrameLimits = FrameLimits()) {
        self.limits = limits
    }

    /// Bytes allocated for what has not been returned; 0 between messages.
    public var retainedByteCount: Int {
        (self.input?.storageCapacity ?? 0) + (self.message?.retainedByteCount ?? 0)
    }

    /// Hands over the readable bytes of a read. Give up other references to it if possible: a shared one is copied
    /// once.
    public mutating func append(_ bytes: consuming ByteBuffer) {
        guard !self.isFinished, bytes.readableBytes > 0 else { return }
        if self.input == nil {
            // The slice ends at the last byte, so that a copy on write is not larger than what was read.
            self.input = bytes.slice()
        } else {
            self.input?.writeBuffer(&bytes)
        }
    }

    /// The next message or control frame; nil when more bytes are needed, and for ever after `.close` or `.failure`.
    public mutating func next() -> FrameEvent? {
        do throws(FrameError) {
            while self.input != nil {
                switch try self.advance() {
                case .event(let event): return event
                case .progress: continue
                case .starved: return nil
                }
            }
            return nil
        } catch {
            self.finish()
            return .failure(error)
        }
    }

    private enum Step {
        case event(FrameEvent)
        case progress
        case starved
    }

    private mutating func advance() throws(FrameError) -> Step {
        if self.message?.isInsideFrame == true { return try self.continueMessage() }
        guard let header = try self.readHeader(), let available = self.input?.readableBytes else {
            return self.starve()
        }
        try self.check(header)
        guard available >= header.length else { return self.starve() }
        let isWhole = available - header.length >= header.payloadLength
        if header.opcode.isControl {
            return isWhole ? .event(try self.control(header.opcode, payload: self.wholePayload(header))) : self.starve()
        }
        if isWhole && header.isFinal && self.message == nil {
            return .event(try self.wholeMessage(header))
        }
        self.beginFrame(header)
        return .progress
    }

    private func readHeader() throws(FrameError) -> FrameHeader? {
        try self.input?.withUnsafeReadableBytes { bytes throws(FrameError) in
            try FrameHeader.read(bytes)
        }
    }

    /// The rules that depend on earlier frames (sections 5.4 and 10.4).
    private func check(_ header: FrameHeader) throws(FrameError) {
        if header.opcode.isControl { return }
        guard (header.opcode == .continuation) == (self.message != nil) else { throw FrameError(.continuation) }
        let size = self.message?.size ?? 0
        guard header.payloadLength <= self.limits.effectiveMessageSize - size else { throw FrameError(.messageTooBig) }
        let fragments = self.message?.fragmentCount ?? 0
        guard fragments < self.limits.maximumFragments else { throw FrameError(.tooManyFragments) }
    }

    // MARK: Whole frames

    private mutating func wholeMessage(_ header: FrameHeader) throws(FrameError) -> FrameEvent {
        let payload = self.wholePayload(header)
        guard header.opcode == .text else { return .binary(payload) }
        guard payload.withUnsafeReadableBytes({ UTF8Validator.isValid($0) }) else { throw FrameError(.utf8) }
        return .text(payload)
    }

    private mutating func control(_ opcode: FrameOpcode, payload: ByteBuffer) throws(FrameError) -> FrameEvent {
        switch opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        case .close, .continuation, .text, .binary:
            let code = try CloseBody.decode(payload)
            self.finish()
            return .close(code)
        }
    }

    /// Takes a frame that is complete in `input` out of it, unmasked.
    private mutating func wholePayload(_ header: FrameHeader) -> ByteBuffer {
        if header.key != 0 {
            self.input?.withUnsafeMutableReadableBytes { bytes in Self.unmaskWholeFrames(bytes) }
        }
        self.input?.moveReaderIndex(forwardBy: header.length)
        let payload = self.input?.readSlice(length: header.payloadLength) ?? ByteBuffer()
        self.releaseDrainedInput()
        return payload
    }

    /// Unmasks all frames of the read that are returned as slices, and sets their keys to zero, which is the key that
    /// changes nothing.
    ///
    /// Once the first slice is out, `input` shares its storage, and each later write would copy what is left of the
    /// read: quadratic in the frames of a read. So all writes happen here, before the first slice. A header that breaks
    /// a rule only ends the walk; it is reported when `next` comes to it.
    private static func unmaskWholeFrames(_ bytes: UnsafeMutableRawBufferPointer) {
        var rest = bytes
        while let header = try? FrameHeader.read(UnsafeRawBufferPointer(rest)), rest.count >= header.length,
            rest.count - header.length >= header.payloadLength
        {
            let end = header.length + header.payloadLength
            if header.isFinal && header.opcode != .continuation {
                let payload = UnsafeMutableRawBufferPointer(rebasing: rest[header.length..<end])
                Masking.apply(key: header.key, to: payload)
                rest.storeBytes(of: 0, toByteOffset: header.keyOffset, as: UInt32.self)
            }
            rest = UnsafeMutableRawBufferPointer(rebasing: rest[end...])
        }
    }

    // MARK: Messages in pieces

    private mutating func beginFrame(_ header: FrameHeader) {
        if self.message == nil { self.message = PartialMessage(isText: header.opcode == .text) }
        self.message?.beginFrame(header)
        self.input?.moveReaderIndex(forwardBy: header.length)
    }

    private mutating func continueMessage() throws(FrameError) -> Step {
        guard var input = self.input.take() else { return .starved }
        let event = try self.message?.consume(&input)
        if input.readableBytes > 0 { self.input = input }
        guard let event else { return .progress }
        self.message = nil
        return .event(event)
    }

    // MARK: Letting go

    /// More bytes are needed, and what is left is shorter than a control frame: it is copied, so that the read can go.
    private mutating func starve() -> Step {
        self.releaseDrainedInput()
        if let input = self.input, input.storageCapacity > Self.largestRemainder {
            self.input = ByteBuffer(bytes: input.readableBytesView)
        }
        return .starved
    }

    /// A masked control frame is at most 131 bytes; allocations are powers of two.
    private static let largestRemainder = 256

    private mutating func releaseDrainedInput() {
        if self.input?.readableBytes == 0 { self.input = nil }
    }

    private mutating func finish() {
        self.isFinished = true
        self.input = nil
        self.message = nil
    }
}
