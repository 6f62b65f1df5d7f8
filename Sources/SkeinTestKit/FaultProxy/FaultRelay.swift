import NIOCore

/// Carries one direction of one connection from socket to socket, as its lane says. Confined to its event loop.
final class FaultRelay {
    /// Between the pieces of a dribble: enough for the event loop to look at its sockets.
    private static let pause = TimeAmount.microseconds(200)

    let direction: FaultProxy.Direction
    var lane: FaultLane
    /// Where bytes come from and go to; absent until the socket is connected.
    private var source: (any Channel)?
    private var destination: (any Channel)?
    /// Whether the stream has ended while there was no destination to tell.
    private var owesFinish = false
    /// Whether the destination has been told that nothing more comes.
    private(set) var hasFinished = false
    private weak var connection: ProxiedConnection?
    private let counts: ObservedValue<FaultProxy.Counts>
    private var lastWrite: EventLoopFuture<Void>?
    private var wakeUp: Scheduled<Void>?

    init(
        _ direction: FaultProxy.Direction,
        seed: UInt64,
        connection: ProxiedConnection,
        counts: ObservedValue<FaultProxy.Counts>
    ) {
        self.direction = direction
        self.lane = FaultLane(seed: seed)
        self.connection = connection
        self.counts = counts
    }

    func connected(from source: any Channel) {
        self.source = source
    }

    func connected(to destination: any Channel) {
        self.destination = destination
        if self.owesFinish { self.finish() }
    }

    func received(_ bytes: ByteBuffer) {
        self.lane.received(bytes, now: .now())
        self.counts.update { $0[self.direction].taken += bytes.readableBytes }
    }

    func ended(_ end: FaultLane.End) {
        self.lane.ended(end, now: .now())
        self.pump()
    }

    /// Does all that can be done now. A write may make the channel call this again before it returns; the order
    /// holds, because the lane has let go of what is being written.
    func pump() {
        self.wakeUp?.cancel()
        while self.perform(self.lane.next(now: .now(), isWritable: self.destination?.isWritable ?? false)) {}
        if self.lane.wantsBytes { self.source?.read() }
    }

    /// Gives up on forwarding: the destination is gone, or will be. What comes is swallowed, so that its end is seen.
    func abandon() {
        self.lane.finish()
        self.pump()
    }

    /// Ends the destination's input after all that was written. The channel, left to itself, would drop unsent bytes
    /// when it has already seen the end of its own input.
    func finish() {
        guard let destination = self.destination else {
            self.owesFinish = true
            return
        }
        let written = self.lastWrite ?? destination.eventLoop.makeSucceededVoidFuture()
        written.assumeIsolated().whenSuccess {
            self.hasFinished = true
            destination.close(mode: .output, promise: nil)
        }
    }

    /// Returns whether there may be more to do.
    private func perform(_ action: FaultLane.Action) -> Bool {
        switch action {
        case .write(let bytes): self.write(bytes)
        case .finish: self.finish()
        case .cut: self.connection?.cut()
        case .reset: self.connection?.reset()
        case .writePiece(let bytes):
            self.write(bytes)
            self.pump(at: .now() + Self.pause)
            return false
        case .sleep(let deadline):
            self.pump(at: deadline)
            return false
        case .rest: return false
        }
        return true
    }

    private func pump(at deadline: NIODeadline) {
        self.wakeUp?.cancel()
        self.wakeUp = self.source?.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.pump() }
    }

    private func write(_ bytes: ByteBuffer) {
        guard let destination = self.destination else { return }
        let length = bytes.readableBytes
        self.lastWrite = destination.writeAndFlush(bytes)
        self.counts.update { $0[self.direction].forwarded += length }
    }
}

@available(*, unavailable)
extension FaultRelay: Sendable {}
