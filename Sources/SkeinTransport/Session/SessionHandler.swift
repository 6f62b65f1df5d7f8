import CPrefetch
import DequeModule
import Logging
import NIOCore
import SkeinCluster
import SkeinCore
import SkeinWire

/// The shell of one session: frames in, commands to the machine, actions to the broker, frames out.
///
/// Confined to its event loop. Owns the connection's bytes in both directions and its deadlines; what the session may do is
/// decided by ``SessionMachine``. One file for each group of actions.
final class SessionHandler: Timed {
    /// Commands that wait make the handler stop reading from here on.
    private static let waitingCommandLimit = 256
    /// Commands of one read that are decoded before the first of them is done.
    private static let commandsAtOnce = 64

    // In front, because fan-out looks at nothing else of a session, and the next one's are fetched ahead.
    private var socket: OutboundSocket?
    private var isActive = false

    let loop: LoopContext
    let format: WireFormat
    var machine: SessionMachine<Subscription>
    var timerPlace: TimerPlace?

    /// Whether keep-alive uses WebSocket pings instead of empty commands.
    let usesFramePing: Bool
    /// Where the client is on the ring; nil for one that has no place.
    let position: UInt64?
    private var decoder: FrameDecoder
    private var controlBudget: TokenBucket
    private var replies: FrameBuilder?
    private var waiting: Deque<Command> = []
    private var closing = CloseHandshake()
    /// When the client must have connected.
    private let connectDeadline: MonotonicInstant
    /// When the connection ends, whatever the client does: set once, with the first step of the close handshake.
    private var closeDeadline = MonotonicInstant.distantFuture
    /// The newest ping of a client that does not read.
    private var owedPong: ByteBuffer?
    private var isProcessingWaiting = false
    private var connection: (any Connection)?
    private var isReading = true
    private var isRegistered = false

    init(loop: LoopContext, format: WireFormat, usesFramePing: Bool, clientID: String, position: UInt64? = nil) {
        let limits = loop.policy.limits
        self.loop = loop
        self.format = format
        self.usesFramePing = usesFramePing
        self.position = position
        self.machine = SessionMachine(clientID: clientID)
        self.decoder = FrameDecoder(
            limits: FrameLimits(maximumMessageSize: limits.messageSize, maximumFragments: limits.messageFragments)
        )
        self.controlBudget = TokenBucket(burst: limits.controlFrameBurst, now: loop.now)
        self.connectDeadline = loop.now + limits.connectTimeout
    }

    var clientID: String { self.machine.clientID }
    var user: UserID { self.machine.user }
    /// The id that other transports would resume with; this transport has no use for one.
    var sessionID: String { self.machine.clientID }
    var isCongested: Bool { self.socket?.isCongested ?? false }
    var isOpen: Bool { self.closing.state == .open }

    // MARK: The connection

    /// The session speaks on this connection from now on.
    func begin(on connection: any Connection) {
        self.connection = connection
        let socket = OutboundSocket(
            connection: connection,
            pool: self.loop.buffers,
            metrics: self.loop.node.metrics,
            clock: self.loop.node.clock.now
        )
        socket.onDrained = { [unowned self] in self.payPong() }
        self.socket = socket
        self.rearm()
    }

    /// The connection is closed, or about to be.
    func connectionEnded() {
        self.loop.refreshNow()
        self.endSession()
        self.closing = CloseHandshake()
        _ = self.closing.fail()
        self.loop.timers.disarm(self)
        self.socket?.discardBacklog()
        self.socket?.onDrained = nil
        self.socket = nil
        self.connection = nil
    }

    /// Bytes have arrived. Whoever keeps no reference to them spares the decoder a copy.
    func received(_ bytes: consuming ByteBuffer) {
        self.loop.node.metrics.received(bytes: bytes.readableBytes)
        guard self.closing.state != .ending else { return }
        self.loop.refreshNow()
        self.decoder.append(bytes)
        var commands = self.loop.commandList.take()
        while self.closing.state != .ending, let event = self.decoder.next() { self.received(event, &commands) }
        self.receiveAll(&commands)
        self.loop.commandList.give(&commands)
    }

    /// Commands are kept until something comes that is none, or until they are many: decoding all of them and then doing all of them
    /// are two loops that each fit into the processor's instruction cache, which both together do not.
    private func received(_ event: consuming FrameEvent, _ commands: inout [Command]) {
        if !event.isMessage || commands.count >= Self.commandsAtOnce { self.receiveAll(&commands) }
        switch event {
        case .text(let message), .binary(let message):
            self.decode(message, &commands)
        case .ping(let payload):
            guard self.isOpen, self.takesControlFrame() else { return }
            self.answerPing(payload)
        case .pong:
            guard self.isOpen, self.takesControlFrame() else { return }
            if self.usesFramePing { _ = self.machine.keepAlive.receivedPong() }
        case .close(let code):
            self.endSession()
            self.perform(self.closing.receivedClose(), code: code)
        case .failure(let error):
            self.loop.node.metrics.protocolError(error.kind.rawValue)
            self.fail(error.closeCode)
        }
    }

    /// A flood of frames that carry nothing ends the connection.
    private func takesControlFrame() -> Bool {
        let limits = self.loop.policy.limits
        let isWithinRate = self.controlBudget.take(
            rate: limits.controlFrames,
            burst: limits.controlFrameBurst,
            now: self.loop.now
        )
        if !isWithinRate { self.disconnect(.tooManyRequests) }
        return isWithinRate
    }

    /// At most one pong waits for a client that does not read: the newest ping is the one that counts (RFC 6455 section 5.5.3).
    private func answerPing(_ payload: ByteBuffer) {
        guard !self.isCongested else {
            self.owedPong = payload
            return
        }
        let frame = FrameEncoder.controlFrame(.pong, payload: payload, allocator: ByteBufferAllocator())
        self.stage(OutboundFrame(bytes: frame))
    }

    private func payPong() {
        guard self.isOpen, let payload = self.owedPong.take() else { return }
        self.answerPing(payload)
    }

    // MARK: Commands

    /// Adds the commands of a message. What is no command ends the session, after the commands before it.
    private func decode(_ message: ByteBuffer, _ commands: inout [Command]) {
        guard self.isOpen, !self.loop.isStopping else { return }
        self.loop.node.metrics.receivedMessage()
        let count = commands.count
        var isWhole = true
        do {
            try self.format.decodeCommands(in: message, limit: self.loop.policy.limits.frameCommands) {
                commands.append($0)
            }
        } catch {
            isWhole = false
        }
        self.loop.node.metrics.received(commands: commands.count - count)
        guard !isWhole else { return }
        self.receiveAll(&commands)
        self.disconnect(.badRequest)
    }

    private func receiveAll(_ commands: inout [Command]) {
        for index in commands.indices { self.received(commands[index]) }
        commands.removeAll(keepingCapacity: true)
    }

    private func received(_ command: Command) {
        guard self.isOpen else { return }
        guard self.waiting.isEmpty, !Self.mustWait(command, &self.machine) else {
            self.waiting.append(command)
            if self.waiting.count == Self.waitingCommandLimit { self.setReading(false) }
            return
        }
        self.process(command)
    }

    /// The machine is lent: a method called on a property of an object gets a copy, and the machine is large.
    private static func mustWait(_ command: Command, _ machine: inout SessionMachine<Subscription>) -> Bool {
        machine.mustWait(command)
    }

    private func process(_ command: Command) {
        if case .pong = command.request, self.machine.phase == .connected, !self.takesControlFrame() { return }
        self.perform(self.machine.received(command, policy: self.loop.policy, now: self.loop.now))
    }

    /// Something that commands were waiting for has happened.
    func processWaiting() {
        // An answer that comes at once leads here again: the loop that is under way goes on with what has become possible.
        guard !self.waiting.isEmpty, !self.isProcessingWaiting else { return }
        self.isProcessingWaiting = true
        defer { self.isProcessingWaiting = false }
        while self.isOpen, let next = self.waiting.first, !self.machine.mustWait(next) {
            self.waiting.removeFirst()
            self.process(next)
        }
        if !self.isOpen { self.waiting = [] }
        if self.waiting.count < Self.waitingCommandLimit { self.setReading(true) }
    }

    private func setReading(_ isReading: Bool) {
        guard isReading != self.isReading else { return }
        self.isReading = isReading
        self.connection?.setReading(isReading)
    }

    // MARK: Sending

    /// Sends a reply at the end of the turn.
    func reply(_ reply: Reply) {
        if case .error(let code) = reply.result { self.loop.node.metrics.replied(code) }
        self.write { $0.encode(reply, into: &$1, first: $2) }
    }

    /// The same for the reply that there is one of for every message.
    func replyPublished(_ id: UInt32) {
        self.write { $0.encodePublishReply(id: id, into: &$1, first: $2) }
    }

    /// Sends a push to this session alone at the end of the turn.
    func push(_ push: Push) {
        self.write { $0.encode(push, into: &$1, first: $2) }
    }

    private func write(_ encode: (WireFormat, inout ByteBuffer, Bool) -> Void) {
        guard self.isOpen else { return }
        if self.replies == nil {
            self.replies = FrameBuilder(format: self.format, pool: self.loop.buffers, capacity: 246)
            self.activate()
        }
        self.replies?.append { buffer, isFirst in encode(self.format, &buffer, isFirst) }
    }

    /// Adds a frame to what the session gets at the end of the turn.
    func stage(_ frame: OutboundFrame) {
        self.stageReplies()
        self.socket?.stage(frame)
        self.activate()
    }

    /// Sends a frame that is all that the session gets in this turn. What the kernel does not take, and what has to wait for something
    /// else, is staged.
    func send(_ frame: OutboundFrame) {
        guard !self.isActive else { return self.stage(frame) }
        if let rest = self.socket?.sendAtOnce(frame) { self.stage(rest) }
    }

    /// Has the processor fetch what ``send(_:)`` will look at first.
    func prefetch() {
        skein_prefetch(Unmanaged.passUnretained(self).toOpaque())
    }

    /// The second step of it, a little later.
    func prefetchSocket() {
        guard let socket = self.socket else { return }
        let address = Unmanaged.passUnretained(socket).toOpaque()
        skein_prefetch(address)
        skein_prefetch(address + 64)
    }

    /// Closes the frame of replies: what comes after it follows it.
    func stageReplies() {
        guard let builder = self.replies.take(), let bytes = builder.finish() else { return }
        self.socket?.stage(OutboundFrame(bytes: bytes))
    }

    private func activate() {
        guard !self.isActive else { return }
        self.isActive = true
        self.loop.markActive(self)
    }

    /// Sends what is staged; the turn is over.
    func flush() {
        self.isActive = false
        self.stageReplies()
        guard let socket = self.socket else { return }
        // A close frame is the last that is sent, and has to fit.
        guard socket.flush(limit: self.isOpen ? self.loop.policy.limits.queueSize : .max) else {
            socket.discardBacklog()
            return self.disconnect(.slow)
        }
        if socket.isCongested { self.rearm() }
    }

    // MARK: Time

    func deadlineReached() {
        defer { self.rearm() }
        let now = self.loop.now
        guard self.isOpen else {
            if now >= self.closeDeadline { self.connection?.close() }
            return
        }
        if self.machine.phase != .connected, now >= self.connectDeadline { return self.disconnect(.stale) }
        if let socket = self.socket, now >= socket.stalledSince + self.loop.policy.limits.writeTimeout {
            socket.discardBacklog()
            return self.disconnect(.slow)
        }
        switch self.machine.tick(policy: self.loop.policy, now: now) {
        case .none: break
        case .sendPing: self.sendPing()
        case .disconnect(let code): self.disconnect(code)
        case .expire(let ended): self.expire(ended)
        }
    }

    func serverStops(code: DisconnectCode) {
        self.disconnect(code)
    }

    private func sendPing() {
        guard !self.usesFramePing else {
            let frame = FrameEncoder.controlFrame(.ping, payload: ByteBuffer(), allocator: ByteBufferAllocator())
            return self.stage(OutboundFrame(bytes: frame))
        }
        self.write { format, buffer, isFirst in format.encodePing(into: &buffer, first: isFirst) }
    }

    /// Arms the timer for the next thing that time alone brings.
    func rearm() {
        guard let socket = self.socket else { return }
        var deadline = self.machine.deadline(policy: self.loop.policy)
        if !self.isOpen { deadline = self.closeDeadline }
        if self.isOpen, self.machine.phase != .connected { deadline = min(deadline, self.connectDeadline) }
        if self.isOpen, socket.isCongested {
            deadline = min(deadline, socket.stalledSince + self.loop.policy.limits.writeTimeout)
        }
        self.loop.timers.arm(self, at: deadline)
    }

    // MARK: The end

    /// Ends the session and the connection with a close frame. What was replied before is sent first.
    func disconnect(_ code: DisconnectCode) {
        guard self.isOpen else { return }
        self.loop.node.metrics.disconnected(code)
        self.note("disconnecting", code)
        self.endSession()
        self.perform(self.closing.close(), code: code)
    }

    private func fail(_ code: DisconnectCode) {
        if self.isOpen { self.loop.node.metrics.disconnected(code) }
        self.endSession()
        self.perform(self.closing.fail(), code: code)
    }

    private func perform(_ action: CloseHandshake.Action, code: DisconnectCode?) {
        if self.closeDeadline == .distantFuture {
            self.closeDeadline = self.loop.now + self.loop.policy.limits.closeTimeout
        }
        switch action {
        case .none:
            return
        case .sendClose:
            self.sendClose(code)
        case .sendCloseAndEnd:
            self.sendClose(code)
            self.flush()
            self.socket?.closeOutput()
        case .end:
            self.flush()
            self.socket?.closeOutput()
        }
        self.rearm()
    }

    private func sendClose(_ code: DisconnectCode?) {
        self.stage(OutboundFrame(bytes: FrameEncoder.closeFrame(code, allocator: ByteBufferAllocator())))
    }

    /// The session is accepted; it can be found by its id and its user from now on.
    func register() {
        guard !self.isRegistered else { return }
        self.isRegistered = true
        self.loop.directory.insert(self)
        self.loop.node.metrics.sessionOpened()
        self.note("session connected")
    }

    private func note(_ message: Logger.Message, _ code: DisconnectCode? = nil) {
        let logger = self.loop.node.logger
        guard logger.logLevel <= .debug else { return }
        // Nothing that a client sent is logged, not even its user's name.
        var metadata: Logger.Metadata = ["skein.session": "\(self.clientID)"]
        if let code { metadata["skein.code"] = "\(code)" }
        logger.debug(message, metadata: metadata)
    }

    /// Undoes everything that the session did in the node. Once; what is called later finds nothing.
    private func endSession() {
        if self.isRegistered {
            self.isRegistered = false
            self.loop.directory.remove(self)
            self.loop.node.metrics.sessionClosed()
            self.note("session ended")
        }
        self.waiting = []
        self.setReading(true)
        for ended in self.machine.closed() {
            if let subscription = ended.attachment { self.close(subscription) }
        }
    }
}

@available(*, unavailable)
extension SessionHandler: Sendable {}
