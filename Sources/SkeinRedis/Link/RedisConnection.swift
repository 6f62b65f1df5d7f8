import DequeModule
import NIOCore
import SkeinCore

/// One connection to Redis: commands out in one write per loop turn, replies in, in order.
///
/// Confined to its event loop. The first thing that goes wrong ends it: a reply that is no RESP, a command without a reply for
/// too long, the other side closing. Then every command that waits is told so, once. Reading never pauses: Redis ends
/// subscribers that do not keep up.
final class RedisConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias ReplyHandler = (Result<RESPValue, RedisFailure>) -> Void
    typealias OutcomeHandler = (RedisFailure?) -> Void

    private struct Waiting {
        let handler: Handler
        let sentAt: MonotonicInstant
        let size: Int
    }

    /// Who is told of a command's end.
    private enum Handler {
        /// Gets the reply.
        case reply(ReplyHandler)
        /// Asks only whether Redis has done it.
        case outcome(OutcomeHandler)

        func fail(_ failure: RedisFailure) {
            switch self {
            case .reply(let handler): handler(.failure(failure))
            case .outcome(let handler): handler(failure)
            }
        }
    }

    private let now: () -> MonotonicInstant
    private var decoder = RESPDecoder()
    private var waiting: Deque<Waiting> = []
    private var outgoing = RESPCommandWriter()
    private var isFlushScheduled = false
    private var context: ChannelHandlerContext?
    private var endReason: String?
    /// Bytes of commands without a reply.
    private(set) var inFlightBytes = 0

    /// Sees every reply first; true for one that answers no command: a message, or the confirmation of a subscription.
    var onPush: ((borrowing RESPReply) -> Bool)?
    /// Sees every error that answers a command, before whoever sent it does.
    var onRefusal: ((RedisErrorReply) -> Void)?
    /// Called once, after the commands that wait were told.
    var onEnd: ((_ reason: String) -> Void)?

    /// A connection whose greeting has not begun.
    init(now: @escaping () -> MonotonicInstant) {
        self.now = now
    }

    var isOpen: Bool { self.context != nil && self.endReason == nil }

    /// Commands without a reply.
    var waitingCount: Int { self.waiting.count }

    /// When the oldest command without a reply was sent.
    var oldestCommand: MonotonicInstant? { self.waiting.first?.sentAt }

    // MARK: Commands

    /// Adds a command to what leaves at the end of the turn. `handler` is called once; before this returns only when the connection has
    /// ended, as for somebody who has just been told so and tries again.
    func send(_ write: (inout RESPCommandWriter) -> Void, reply handler: @escaping ReplyHandler) {
        self.send(write, .reply(handler))
    }

    /// Adds a command of whose reply only that it is no error matters. `handler` is called once, as above.
    func send(_ write: (inout RESPCommandWriter) -> Void, outcome handler: @escaping OutcomeHandler) {
        self.send(write, .outcome(handler))
    }

    private func send(_ write: (inout RESPCommandWriter) -> Void, _ handler: Handler) {
        if let endReason { return handler.fail(.notSent(endReason)) }
        let size = self.append(write)
        self.inFlightBytes += size
        self.waiting.append(Waiting(handler: handler, sentAt: self.now(), size: size))
    }

    /// Adds a command that Redis answers with pushes.
    func send(_ write: (inout RESPCommandWriter) -> Void) {
        _ = self.append(write)
    }

    private func append(_ write: (inout RESPCommandWriter) -> Void) -> Int {
        let start = self.outgoing.byteCount
        write(&self.outgoing)
        self.scheduleFlush()
        return self.outgoing.byteCount - start
    }

    private func scheduleFlush() {
        guard !self.isFlushScheduled, let context = self.context else { return }
        self.isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute { self.flush() }
    }

    private func flush() {
        self.isFlushScheduled = false
        guard let context = self.context, self.outgoing.byteCount > 0 else { return }
        let commands = self.outgoing.take()
        context.writeAndFlush(self.wrapOutboundOut(commands), promise: nil)
        if commands.capacity <= Self.keptCapacity { self.outgoing.reuse(commands) }
    }

    private static let keptCapacity = 65536

    // MARK: The end

    /// Ends the connection; commands that wait are told that nobody knows.
    func close(_ reason: String) {
        guard self.endReason == nil else { return }
        self.endReason = reason
        guard let context = self.context else { return self.tellEnd(reason) }
        context.close(promise: nil)
    }

    private func tellEnd(_ reason: String) {
        var waiting: Deque<Waiting> = []
        swap(&waiting, &self.waiting)
        self.inFlightBytes = 0
        for command in waiting { command.handler.fail(.lost(reason)) }
        self.onPush = nil
        self.onRefusal = nil
        let onEnd = self.onEnd.take()
        onEnd?(reason)
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        // It was given up while it was being made.
        guard self.endReason == nil else { return context.close(promise: nil) }
        self.context = context
        if self.outgoing.byteCount > 0 { self.scheduleFlush() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        let reason = self.endReason ?? "Redis closed the connection"
        self.endReason = reason
        self.tellEnd(reason)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if self.endReason == nil { self.endReason = "\(error)" }
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.endReason == nil else { return }
        let bytes = self.unwrapInboundIn(data)
        do throws(RESPError) {
            try bytes.withUnsafeReadableBytes { (bytes) throws(RESPError) in
                try self.decoder.decode(bytes) { (reply) throws(RESPError) in self.received(reply) }
            }
        } catch {
            self.close("Redis sent what is no RESP: \(error)")
        }
    }

    private func received(_ reply: borrowing RESPReply) {
        if let onPush = self.onPush, onPush(reply) { return }
        guard let command = self.waiting.popFirst() else {
            return self.close("Redis sent a reply that nobody asked for")
        }
        self.inFlightBytes -= command.size
        if let refusal = RedisErrorReply(reply) {
            self.onRefusal?(refusal)
            return command.handler.fail(.refused(refusal))
        }
        switch command.handler {
        case .reply(let handler): handler(.success(RESPValue(reply)))
        case .outcome(let handler): handler(nil)
        }
    }
}

@available(*, unavailable)
extension RedisConnection: Sendable {}
