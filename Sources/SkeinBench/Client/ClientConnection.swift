import NIOCore
import SkeinWire

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One connection of the benchmark: WebSocket handshake, connect and subscribe, then deliveries. One handler for the
/// whole protocol, straight on the bytes of the socket. Confined to its event loop, as is everything it calls.
///
/// A delivery allocates nothing: frames are looked at where they lie, and what is counted is counted in `LoadLoop`.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Stage {
        case connecting
        case upgrading
        /// The commands that open the session are under way.
        case opening
        case ready
        case closed
    }

    let load: LoadLoop
    /// Index in the run, publishers behind subscribers.
    let number: Int
    /// What this connection subscribes to; nil for a publisher.
    let channelName: String?
    /// Set for connections that publish.
    var publisher: Publisher?
    /// What this connection has received of its publisher.
    var tracker: SequenceTracker
    /// Where it stands in a channel with history; nil where nobody asks.
    var position: ClientCommands.Position?
    private let startedAt = MonotonicClock.now
    private let resumes: Bool
    private var stage = Stage.connecting
    private var frames = ServerFrameReader()
    private var response: [UInt8] = []
    private var wantsPong = true
    private var outbound = ByteBuffer()
    private var context: ChannelHandlerContext?

    /// - Parameter earlier: the connection that this one goes on for: sequence and position are taken over.
    init(load: LoadLoop, number: Int, channelName: String?, resuming earlier: ClientConnection? = nil) {
        self.load = load
        self.number = number
        self.channelName = channelName
        self.tracker = earlier?.tracker ?? SequenceTracker()
        self.position = earlier?.position
        self.resumes = earlier != nil
    }

    // MARK: Opening and closing

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        self.stage = .upgrading
        context.writeAndFlush(self.wrapOutboundOut(self.load.peer(of: self).handshake), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end(BenchmarkFailure("the server closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.end(BenchmarkFailure("\(error)"))
    }

    /// The connection could not be made.
    func failedToConnect(_ error: any Error) {
        self.end(BenchmarkFailure("\(error)"))
    }

    /// Ends the connection without a word: the kernel sends a reset, and forgets it at once.
    func cut() {
        guard let context = self.context, self.stage != .closed else { return }
        self.leaveStage()
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        self.context = nil
        context.close(promise: nil)
    }

    private func end(_ failure: BenchmarkFailure) {
        guard self.stage != .closed else { return }
        let wasReady = self.leaveStage()
        self.load.ended(self, wasReady: wasReady, failure)
        let context = self.context
        self.context = nil
        context?.close(promise: nil)
    }

    @discardableResult
    private func leaveStage() -> Bool {
        let wasReady = self.stage == .ready
        if wasReady { self.load.counters.ready -= 1 }
        self.stage = .closed
        return wasReady
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = self.unwrapInboundIn(data)
        self.load.beginRead(bytes: buffer.readableBytes)
        do throws(BenchmarkFailure) {
            try buffer.withUnsafeReadableBytes { (bytes) throws(BenchmarkFailure) in
                try self.received(bytes)
            }
        } catch {
            self.end(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.flush()
    }

    private func received(_ bytes: UnsafeRawBufferPointer) throws(BenchmarkFailure) {
        switch self.stage {
        case .opening, .ready:
            try self.frames.read(bytes) { (opcode, payload) throws(BenchmarkFailure) in
                try self.received(opcode, payload)
            }
        case .connecting, .upgrading: try self.receivedResponse(bytes)
        case .closed: break
        }
    }

    /// The head of the HTTP response; frames may follow it in the same read.
    private func receivedResponse(_ bytes: UnsafeRawBufferPointer) throws(BenchmarkFailure) {
        for (index, byte) in bytes.enumerated() {
            self.response.append(byte)
            guard byte == UInt8(ascii: "\n"), self.response.suffix(4) == [13, 10, 13, 10] else { continue }
            guard self.response.starts(with: "HTTP/1.1 101".utf8) else { throw self.refusal() }
            self.response = []
            self.stage = .opening
            let commands = self.load.settings.commands
            self.send(
                commands.opening(
                    channel: self.channelName,
                    recover: self.resumes ? self.position : nil,
                    isRecoverable: self.load.tracksPositions
                )
            )
            return try self.received(UnsafeRawBufferPointer(rebasing: bytes[(index + 1)...]))
        }
        if self.response.count > 16_384 { throw self.refusal() }
    }

    private func refusal() -> BenchmarkFailure {
        let lines = String(decoding: self.response.prefix(400), as: UTF8.self).split(whereSeparator: \.isNewline)
        return BenchmarkFailure(
            "the server refused the WebSocket handshake: \(lines.first ?? "nothing")"
                + " (is this the address of the client protocol?"
                + " 403: its origin or tokens; 503: its limit of connections or of handshakes a second)"
        )
    }

    private func received(_ opcode: FrameOpcode, _ payload: UnsafeRawBufferPointer) throws(BenchmarkFailure) {
        switch opcode {
        case .text: try self.receivedText(payload)
        case .binary: try self.receivedBinary(payload)
        case .ping: self.append(.pong, Array(payload))
        case .pong, .continuation: break
        case .close: throw self.farewell(payload)
        }
    }

    private func farewell(_ payload: UnsafeRawBufferPointer) -> BenchmarkFailure {
        guard payload.count >= 2 else { return BenchmarkFailure("the server closed the connection") }
        let code = Int(payload[0]) << 8 | Int(payload[1])
        let reason = String(decoding: payload[2...], as: UTF8.self)
        return BenchmarkFailure("the server closed the connection with code \(code) (\(reason))")
    }

    /// Lines of JSON.
    @inline(__always)
    private func receivedText(_ payload: UnsafeRawBufferPointer) throws(BenchmarkFailure) {
        var start = 0
        while start < payload.count {
            let end = payload.index(ofNewlineFrom: start)
            let line = UnsafeRawBufferPointer(rebasing: payload[start..<end])
            start = end + 1
            if line.count >= 8, line.loadUnaligned(as: UInt64.self) == Self.pushPrefix, self.load.received(line, self) {
                continue
            }
            try self.receivedReply(json: line)
        }
    }

    /// `{"push":` as it lies in memory.
    private static let pushPrefix: UInt64 = Array("{\"push\":".utf8).withUnsafeBytes {
        $0.loadUnaligned(as: UInt64.self)
    }

    /// Protobuf messages, each with its length in front.
    private func receivedBinary(_ payload: UnsafeRawBufferPointer) throws(BenchmarkFailure) {
        var messages = ProtobufFields(payload)
        while let message = messages.delimited() {
            guard let first = message.first else {
                self.answerPing()
                continue
            }
            // Field 4, a push.
            if first == 0x22, self.load.received(message, self) { continue }
            try self.received(ServerReply(protobuf: message), message)
        }
    }

    private func receivedReply(json line: UnsafeRawBufferPointer) throws(BenchmarkFailure) {
        if line.count == 2 { return self.answerPing() }
        if let publisher = self.publisher, let id = line.publishReplyID { return publisher.acknowledged(id) }
        guard let reply = ServerReply(json: line) else {
            throw BenchmarkFailure(
                "the server sent what is no reply: \(String(decoding: line.prefix(100), as: UTF8.self))"
            )
        }
        try self.received(reply, line)
    }

    private func answerPing() {
        self.load.counters.pings += 1
        if self.wantsPong { self.send(self.load.settings.commands.pong) }
    }

    /// Whatever is no publication of this run.
    private func received(_ reply: ServerReply, _ bytes: UnsafeRawBufferPointer) throws(BenchmarkFailure) {
        if reply.id >= ClientCommands.firstPublishID, let publisher = self.publisher {
            if let failure = reply.failure { return try publisher.refused(reply.id, failure) }
            return publisher.acknowledged(reply.id)
        }
        if let failure = reply.failure { throw self.explain(failure, of: reply.id) }
        if let wantsPong = reply.wantsPong {
            self.wantsPong = wantsPong
            if self.channelName == nil { self.becameReady() }
        }
        if let subscription = reply.subscription { try self.subscribed(subscription, bytes) }
        if reply.isUnsubscribe { self.load.counters.unsubscribed += 1 }
        if reply.id == 0, reply.publicationOffset != nil { self.load.counters.foreign += 1 }
    }

    private func explain(_ failure: ServerReply.Failure, of id: UInt64) -> BenchmarkFailure {
        let command = id == ClientCommands.connectID ? "connect" : "subscribe"
        return ServerRefusal.explain(command, failure, channel: self.channelName)
    }

    private func subscribed(
        _ subscription: ServerReply.Subscription,
        _ bytes: UnsafeRawBufferPointer
    ) throws(BenchmarkFailure) {
        if self.load.tracksPositions {
            guard subscription.recoverable else {
                throw BenchmarkFailure(
                    "channel \(self.channelName ?? "") has no history to recover from:"
                        + " give its rules a history (history_size, history_ttl) and recovery,"
                        + " or choose another --channel-prefix"
                )
            }
            self.position = ClientCommands.Position(epoch: subscription.epoch, offset: subscription.offset)
            if self.resumes { self.load.recovered(self, subscription, bytes) }
        }
        self.becameReady()
    }

    private func becameReady() {
        guard self.stage == .opening else { return }
        self.stage = .ready
        self.load.becameReady(self, after: MonotonicClock.now - self.startedAt)
    }

    // MARK: Sending

    /// Adds a message of the client protocol to what the next `flush` sends.
    func send(_ message: [UInt8]) {
        self.append(self.load.settings.commands.format == .json ? .text : .binary, message)
    }

    private func append(_ opcode: FrameOpcode, _ payload: [UInt8]) {
        ClientFrame.append(opcode, payload, key: self.load.nextKey(), to: &self.outbound)
    }

    /// Hands what was added to the socket.
    func flush() {
        guard self.outbound.readableBytes > 0, let context = self.context else { return }
        context.writeAndFlush(self.wrapOutboundOut(self.outbound), promise: nil)
        self.outbound.clear()
    }
}
