import DequeModule
import NIOCore
import SkeinCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A connection whose bytes go to its session as they are read: no TLS, no PROXY header, and a plain handshake in front.
///
/// Confined to its event loop. Begins at a ``Doorway``, which lets the client in or hands the descriptor on.
final class PlainSocket: Pollable, Connection, Timed {
    private enum State {
        /// The handshake has to be there at the deadline.
        case outside(deadline: MonotonicInstant)
        case inside(SessionHandler)
        /// Somebody else has the descriptor, or it is closed.
        case gone
    }

    let descriptor: CInt
    private let doorway: Doorway
    private var state: State
    private var interest: Readiness = .readable
    /// What the peer has not taken yet.
    private var writing: Writing?
    var timerPlace: TimerPlace?

    private struct Writing {
        var pieces: Deque<ByteBuffer>
        let completion: (Bool) -> Void
    }

    private var isGone: Bool {
        if case .gone = self.state { true } else { false }
    }

    private var sockets: SocketSet { self.doorway.sockets }

    /// Owns the descriptor of a connection that has just been accepted. Throws when it cannot be watched; it is not closed then.
    init(_ descriptor: CInt, at doorway: Doorway, deadline: MonotonicInstant) throws {
        self.descriptor = descriptor
        self.doorway = doorway
        self.state = .outside(deadline: deadline)
        try doorway.sockets.add(self, for: self.interest)
        doorway.loop.timers.arm(self, at: deadline)
    }

    var plainDescriptor: CInt? { self.descriptor }

    // MARK: Bytes in

    func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) { self.writePieces() }
        // Writing may have ended it, and then its descriptor is somebody else's.
        guard !self.isGone else { return }
        if self.interest.contains(.readable) {
            if !readiness.isDisjoint(with: [.readable, .failed]) { self.readOnce() }
        } else if !readiness.isDisjoint(with: .failed) {
            self.close()
        }
    }

    private func readOnce() {
        do {
            guard let bytes = try self.sockets.read(self) else { return }
            guard bytes.readableBytes > 0 else { return self.close() }
            self.received(bytes)
        } catch {
            self.close()
        }
    }

    private func received(_ bytes: consuming ByteBuffer) {
        switch self.state {
        case .inside(let session): session.received(bytes)
        case .outside(let deadline): self.knock(bytes, deadline: deadline)
        case .gone: break
        }
    }

    private func knock(_ bytes: ByteBuffer, deadline: MonotonicInstant) {
        var rest = bytes
        self.doorway.loop.refreshNow()
        guard let welcome = self.doorway.reception.welcome(&rest), case .session(let session) = welcome.speaker else {
            return self.handOver(bytes, deadline: deadline)
        }
        self.doorway.loop.timers.disarm(self)
        self.state = .inside(session)
        // A response always fits into the buffer of a connection that has sent nothing yet.
        let response = welcome.response
        let sent = response.withUnsafeReadableBytes { systemSend(self.descriptor, $0) }
        guard sent == response.readableBytes else { return self.close() }
        session.begin(on: self)
        if rest.readableBytes > 0 { session.received(rest) }
    }

    private func handOver(_ bytes: ByteBuffer, deadline: MonotonicInstant) {
        self.end()
        self.sockets.remove(self)
        self.doorway.handOver(self.descriptor, bytes: bytes, deadline: deadline)
    }

    // MARK: Time

    func deadlineReached() {
        guard case .outside(let deadline) = self.state else { return }
        self.handOver(ByteBuffer(), deadline: deadline)
    }

    func serverStops(code: DisconnectCode) {
        self.close()
    }

    // MARK: Connection

    func write(_ pieces: [ByteBuffer], completion: @escaping (Bool) -> Void) {
        guard !self.isGone else { return completion(false) }
        self.writing = Writing(pieces: Deque(pieces), completion: completion)
        self.writePieces()
    }

    private func writePieces() {
        while var piece = self.writing?.pieces.first {
            let sent = piece.withUnsafeReadableBytes { systemSend(self.descriptor, $0) }
            guard sent >= 0 else {
                let code = errno
                guard code == EAGAIN || code == EINTR else { return self.close() }
                return self.setInterest(self.interest.union(.writable))
            }
            piece.moveReaderIndex(forwardBy: sent)
            self.writing?.pieces[0] = piece
            if piece.readableBytes == 0 { self.writing?.pieces.removeFirst() }
        }
        guard let written = self.writing.take() else { return }
        self.setInterest(self.interest.subtracting(.writable))
        written.completion(true)
    }

    func setReading(_ isReading: Bool) {
        self.setInterest(isReading ? self.interest.union(.readable) : self.interest.subtracting(.readable))
    }

    private func setInterest(_ interest: Readiness) {
        guard !self.isGone else { return }
        guard interest != self.interest else { return }
        self.interest = interest
        do {
            try self.sockets.change(self, to: interest)
        } catch {
            self.close()
        }
    }

    func closeOutput() {
        guard !self.isGone else { return }
        shutdown(self.descriptor, CInt(SHUT_WR))
    }

    func close() {
        guard !self.isGone else { return }
        let state = self.state
        self.end()
        self.sockets.forget(self)
        if case .inside(let session) = state { session.connectionEnded() }
        systemClose(self.descriptor)
        self.writing.take()?.completion(false)
        self.doorway.left()
    }

    private func end() {
        self.state = .gone
        self.doorway.loop.timers.disarm(self)
    }
}

@available(*, unavailable)
extension PlainSocket: Sendable {}
