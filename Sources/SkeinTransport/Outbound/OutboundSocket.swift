import NIOCore
import SkeinCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The write path of one connection. Confined to its event loop.
///
/// Frames of a loop turn are staged and leave together, with one `send(2)` straight from the shared bytes, or one `sendmsg(2)` when
/// there are several. What the kernel does not take goes to the connection, and everything later waits in the backlog until
/// it is written, so order holds. Without a plain descriptor (TLS) everything goes that way.
final class OutboundSocket {
    /// The connection gets waiting bytes in pieces of about this size, so that progress can be seen.
    private static let pieceSize = 64 * 1024
    /// More pieces than any kernel refuses (`IOV_MAX`).
    private static let maximumPieces = 512

    // Those that every send looks at come first, so that they share two cache lines.
    private let descriptor: CInt?
    private var isWriting = false
    private var closesWhenDrained = false
    private var staged: OutboundFrame?
    private var backlog = Backlog()
    private let metrics: TransportMetrics
    private var stagedBehind: [OutboundFrame] = []
    private let connection: any Connection
    /// Bytes that the connection has been given and has not written.
    private var writingBytes = 0
    /// Since when waiting bytes have made no progress; distant future when none wait.
    private(set) var stalledSince = MonotonicInstant.distantFuture
    /// Called when the client has taken everything that waited.
    var onDrained: (() -> Void)?
    private let pool: BufferPool
    private let clock: @Sendable () -> MonotonicInstant

    init(
        connection: any Connection,
        pool: BufferPool,
        metrics: TransportMetrics,
        clock: @escaping @Sendable () -> MonotonicInstant
    ) {
        self.pool = pool
        self.connection = connection
        self.descriptor = connection.plainDescriptor
        self.metrics = metrics
        self.clock = clock
    }

    /// Whether bytes wait because the client does not read.
    var isCongested: Bool { self.isWriting || !self.backlog.isEmpty }

    /// Bytes that are held for the client.
    var heldBytes: Int { self.backlog.bytes + self.writingBytes }

    /// Whether something is staged.
    var hasStaged: Bool { self.staged != nil }

    /// Adds a frame to what leaves at the end of the turn.
    func stage(_ frame: OutboundFrame) {
        if self.staged == nil {
            self.staged = frame
        } else {
            self.stagedBehind.append(frame)
        }
    }

    /// Sends a frame at once, past what is staged: only for a connection for which nothing is. Returns what the kernel did not take,
    /// to be staged. Never ends the connection.
    func sendAtOnce(_ frame: OutboundFrame) -> OutboundFrame? {
        guard !self.isCongested, self.descriptor != nil else { return frame }
        let sent = self.send(frame.bytes)
        return sent == frame.bytes.readableBytes ? nil : frame.rest(after: sent)
    }

    /// Sends what is staged. False when the client is too slow to be kept: the bytes that wait exceed `limit`.
    func flush(limit: Int) -> Bool {
        guard var first = self.staged.take() else { return true }
        defer {
            if !self.stagedBehind.isEmpty { self.stagedBehind.removeAll(keepingCapacity: self.stagedBehind.count <= 8) }
        }
        if self.isCongested || self.descriptor == nil { return self.enqueueStaged(first, limit: limit) }
        if self.stagedBehind.isEmpty {
            let sent = self.send(first.bytes)
            guard sent == first.bytes.readableBytes else { return self.enqueue(first, after: sent, limit: limit) }
            // The last subscriber of a frame gives its bytes back.
            if isKnownUniquelyReferenced(&first) { self.pool.give(first.bytes) }
            return true
        }
        return self.sendTogether([first] + self.stagedBehind, limit: limit)
    }

    /// Ends the output: everything that waits is written first. The peer sees the end of the stream.
    func closeOutput() {
        guard !self.isCongested else {
            self.closesWhenDrained = true
            return
        }
        self.connection.closeOutput()
    }

    /// Forgets what waits but has not been given to the connection; what follows is sent sooner.
    func discardBacklog() {
        let publications = self.backlog.removeAll()
        if publications > 0 { self.metrics.dropped(publications, reason: .closed) }
    }

    private func enqueueStaged(_ first: OutboundFrame, limit: Int) -> Bool {
        guard self.enqueue(first, after: 0, limit: limit) else { return false }
        return self.stagedBehind.allSatisfy { self.enqueue($0, after: 0, limit: limit) }
    }

    private func sendTogether(_ frames: [OutboundFrame], limit: Int) -> Bool {
        var sent = self.send(frames)
        for frame in frames {
            let size = frame.bytes.readableBytes
            if sent < size {
                guard self.enqueue(frame, after: sent, limit: limit) else { return false }
            }
            sent = max(0, sent - size)
        }
        return true
    }

    private func enqueue(_ frame: OutboundFrame, after sent: Int, limit: Int) -> Bool {
        if self.stalledSince == .distantFuture { self.stalledSince = self.clock() }
        // One message may exceed the limit: its front may be with the client already, and then its rest must follow.
        let room = self.isCongested ? limit - self.writingBytes : .max
        guard case .kept(let dropped) = self.backlog.append(frame.rest(after: sent), limit: room) else { return false }
        if dropped > 0 { self.metrics.dropped(dropped, reason: .slowConsumer) }
        self.writeNextPiece()
        return true
    }

    private func writeNextPiece() {
        guard !self.isWriting else { return }
        let frames = self.backlog.take(budget: Self.pieceSize)
        guard !frames.isEmpty else { return self.drained() }
        self.isWriting = true
        self.writingBytes = frames.reduce(0) { $0 + $1.bytes.readableBytes }
        self.connection.write(frames.map(\.bytes)) { isWritten in
            let size = self.writingBytes
            self.isWriting = false
            self.writingBytes = 0
            guard isWritten else { return }
            self.metrics.sent(bytes: size)
            self.stalledSince = self.clock()
            self.writeNextPiece()
        }
    }

    private func drained() {
        self.stalledSince = .distantFuture
        if self.closesWhenDrained {
            self.closesWhenDrained = false
            self.connection.closeOutput()
        }
        self.onDrained?()
    }
}

extension OutboundSocket {
    /// Bytes that the kernel took. Every error counts as none: the connection meets it again and reports it.
    private func send(_ bytes: ByteBuffer) -> Int {
        guard let descriptor = self.descriptor else { return 0 }
        let sent = bytes.withUnsafeReadableBytes { systemSend(descriptor, $0) }
        self.metrics.sent(bytes: max(0, sent))
        return max(0, sent)
    }

    private func send(_ frames: [OutboundFrame]) -> Int {
        guard let descriptor = self.descriptor else { return 0 }
        let count = min(frames.count, Self.maximumPieces)
        let sent = withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) { pieces in
            for index in 0..<count {
                // SAFETY: `frames` keeps the storage alive and unchanged until sendmsg returns.
                frames[index].bytes.withUnsafeReadableBytes { bytes in
                    let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                    pieces.initializeElement(at: index, to: iovec(iov_base: base, iov_len: bytes.count))
                }
            }
            var message = msghdr()
            message.msg_iov = pieces.baseAddress
            message.msg_iovlen = .init(count)
            return sendmsg(descriptor, &message, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
        }
        self.metrics.sent(bytes: max(0, sent))
        return max(0, sent)
    }
}
