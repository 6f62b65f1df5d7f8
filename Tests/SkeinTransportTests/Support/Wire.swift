import NIOCore

/// Stands where the socket would be: keeps what a channel writes, holds it back on demand as a client does that does not
/// read, and notes how the channel is closed. Ending the output does not end the channel, as with TCP.
final class Wire: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Whether the client reads.
    private var isReading = true
    private var held: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    /// What has gone out, one for each write.
    private(set) var writes: [[UInt8]] = []
    private(set) var flushes = 0
    private(set) var hasEndedOutput = false
    private(set) var isClosed = false
    private var received: [UInt8] = []
    /// Called for each write.
    var onWrite: () -> Void = {}

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.held.append((self.unwrapOutboundIn(data), promise))
        self.onWrite()
    }

    func flush(context: ChannelHandlerContext) {
        self.flushes += 1
        if self.isReading { self.release() }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output {
            self.hasEndedOutput = true
            promise?.succeed(())
        } else {
            self.isClosed = true
            context.close(mode: mode, promise: promise)
        }
    }

    func stopReading() {
        self.isReading = false
    }

    /// The client reads again: what was held goes out.
    func startReading() {
        self.isReading = true
        self.release()
    }

    private func release() {
        while !self.held.isEmpty {
            let (bytes, promise) = self.held.removeFirst()
            self.writes.append(Array(bytes.readableBytesView))
            self.received += bytes.readableBytesView
            promise?.succeed(())
        }
    }

    /// Takes what has gone out since the last time.
    func takeFrames() -> [ServerFrame] {
        self.writes = []
        self.flushes = 0
        return ServerFrame.take(from: &self.received)
    }
}

@available(*, unavailable)
extension Wire: Sendable {}
