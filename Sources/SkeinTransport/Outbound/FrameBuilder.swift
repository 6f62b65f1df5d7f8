import NIOCore
import SkeinWire

/// Joins messages of one wire format into WebSocket frames, in one buffer.
///
/// The header is written last, right-aligned into space kept in front of the payload, so that the first frame is never moved. A
/// frame takes messages until it has `frameSize` bytes: clients limit the frames that they accept. Not copyable: a second owner
/// of the buffer would make every write copy it.
struct FrameBuilder: ~Copyable {
    /// A frame that has this many bytes takes no further message.
    static let frameSize = 32 * 1024

    private var buffer: ByteBuffer
    private let format: WireFormat
    private var frameStart = 0
    private var payloadStart: Int
    private(set) var messageCount = 0

    /// An empty builder; `capacity` is a guess of the bytes to come.
    init(format: WireFormat, pool: BufferPool, capacity: Int) {
        self.format = format
        self.buffer = pool.take(capacity + FrameEncoder.maximumHeaderLength)
        self.buffer.moveWriterIndex(forwardBy: FrameEncoder.maximumHeaderLength)
        self.payloadStart = FrameEncoder.maximumHeaderLength
        self.frameStart = 0
    }

    /// Adds a message. `write` appends it to the buffer, with a separator in front unless it is the frame's first.
    mutating func append(_ write: (inout ByteBuffer, _ isFirst: Bool) -> Void) {
        if self.buffer.writerIndex - self.payloadStart >= Self.frameSize { self.startNextFrame() }
        write(&self.buffer, self.buffer.writerIndex == self.payloadStart)
        self.messageCount += 1
    }

    /// The frames; nil when there was no message.
    consuming func finish() -> ByteBuffer? {
        guard self.messageCount > 0 else { return nil }
        self.closeFrame()
        return self.buffer
    }

    private mutating func startNextFrame() {
        self.closeFrame()
        self.frameStart = self.buffer.writerIndex
        self.buffer.writeRepeatingByte(0, count: FrameEncoder.maximumHeaderLength)
        self.payloadStart = self.buffer.writerIndex
    }

    private mutating func closeFrame() {
        let length = self.buffer.writerIndex - self.payloadStart
        let headerStart = FrameEncoder.setHeader(
            self.format.isBinary ? .binary : .text,
            payloadLength: length,
            endingAt: self.payloadStart,
            in: &self.buffer
        )
        let gap = headerStart - self.frameStart
        if self.frameStart == 0 {
            self.buffer.moveReaderIndex(to: headerStart)
        } else if gap > 0 {
            let frameLength = self.buffer.writerIndex - headerStart
            self.buffer.moveBytes(from: headerStart, to: self.frameStart, length: frameLength)
            self.buffer.moveWriterIndex(to: self.frameStart + frameLength)
        }
    }
}

extension ByteBuffer {
    /// Moves bytes towards the front; the spans may overlap.
    fileprivate mutating func moveBytes(from source: Int, to target: Int, length: Int) {
        precondition(target <= source && source + length <= self.writerIndex, "bytes move towards the front only")
        let offset = self.readerIndex
        self.withUnsafeMutableReadableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            (base + target - offset).copyMemory(from: base + source - offset, byteCount: length)
        }
    }
}
