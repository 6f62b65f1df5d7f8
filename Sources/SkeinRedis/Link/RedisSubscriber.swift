import NIOCore
import SkeinCore

/// The connection that messages come through.
///
/// Confined to its event loop. SUBSCRIBE and UNSUBSCRIBE of one loop turn leave together, in commands of at most
/// ``channelsPerCommand``: so many cost Redis a third of what single ones do. Keeps no record of what is subscribed: that is
/// ``TopicTable``'s.
final class RedisSubscriber {
    private let dialer: RedisDialer
    let eventLoop: any EventLoop
    private var subscribing: [[UInt8]] = []
    private var unsubscribing: [[UInt8]] = []
    private var isFlushScheduled = false

    /// A new connection without subscriptions is there.
    var onUp: () -> Void = {}
    /// The connection is gone, and with it every subscription.
    var onDown: () -> Void = {}
    /// An attempt to connect failed.
    var onFailure: () -> Void = {}
    /// Messages of the channel arrive from now on, or no longer. The bytes are gone after the call.
    var onConfirmation: (_ channel: UnsafeRawBufferPointer, _ isSubscribed: Bool) -> Void = { _, _ in }
    /// A message. The bytes are gone after the call.
    var onMessage: (_ channel: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Void = { _, _ in }

    static let channelsPerCommand = 512

    init(dialer: RedisDialer, eventLoop: any EventLoop) {
        self.dialer = dialer
        self.eventLoop = eventLoop
        dialer.onUp = { [weak self] connection, _ in self?.connected(connection) }
        dialer.onDown = { [weak self] _ in
            self?.forgetPending()
            self?.onDown()
        }
        dialer.onFailure = { [weak self] _ in self?.onFailure() }
    }

    var isUp: Bool { self.dialer.connection != nil }

    /// Whether the newest attempt to connect failed.
    var isFailing: Bool { self.dialer.isFailing }

    func start() { self.dialer.start() }
    func stop() { self.dialer.stop() }

    /// Ends the connection; another one is made.
    func drop(_ reason: String) {
        self.dialer.connection?.close(reason)
    }

    /// Asks for a channel's messages. Without a connection nothing is asked for: ``onUp`` is the time for that.
    func subscribe(_ channel: [UInt8]) {
        guard self.isUp else { return }
        self.subscribing.append(channel)
        self.scheduleFlush()
    }

    /// Asks for a channel's messages to end.
    func unsubscribe(_ channel: [UInt8]) {
        guard self.isUp else { return }
        self.unsubscribing.append(channel)
        self.scheduleFlush()
    }

    private func connected(_ connection: RedisConnection) {
        self.forgetPending()
        // Strong on the way of every message; the connection lets go of it when it ends.
        connection.onPush = { [weak connection] reply in
            if reply.kind == .error {
                // Nothing is asked here that may be refused: permissions, or another Redis than expected.
                connection?.close("Redis said: \(RedisErrorReply(reply)?.message ?? "")")
                return true
            }
            return self.received(reply)
        }
        self.onUp()
    }

    private func forgetPending() {
        self.subscribing = []
        self.unsubscribing = []
    }

    private func scheduleFlush() {
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        self.eventLoop.assumeIsolated().execute { self.flush() }
    }

    private func flush() {
        self.isFlushScheduled = false
        guard let connection = self.dialer.connection else { return self.forgetPending() }
        // A channel is in one of the lists at most: its machine has one command in flight.
        Self.send("SUBSCRIBE", self.subscribing, on: connection)
        Self.send("UNSUBSCRIBE", self.unsubscribing, on: connection)
        self.forgetPending()
    }

    private static func send(_ command: StaticString, _ channels: [[UInt8]], on connection: RedisConnection) {
        for start in stride(from: 0, to: channels.count, by: Self.channelsPerCommand) {
            let batch = channels[start..<min(start + Self.channelsPerCommand, channels.count)]
            connection.send { writer in
                writer.begin(batch.count + 1)
                writer.append(command)
                for channel in batch { writer.append(channel) }
            }
        }
    }

    /// Pushes are arrays of three; their first element says which (Redis, Pub/Sub, "Format of pushed messages").
    private func received(_ reply: borrowing RESPReply) -> Bool {
        guard reply.count == 3, let channel = reply[1].bytes else { return false }
        if reply[0].equals("message"), let payload = reply[2].bytes {
            self.onMessage(channel, payload)
        } else if reply[0].equals("subscribe") {
            self.onConfirmation(channel, true)
        } else if reply[0].equals("unsubscribe") {
            self.onConfirmation(channel, false)
        } else {
            return false
        }
        return true
    }
}
