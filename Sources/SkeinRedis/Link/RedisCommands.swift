import NIOCore
import SkeinCluster
import SkeinCore

/// The connection that commands go through.
///
/// Confined to its event loop. While the connection is being made, commands wait for it; when an attempt has failed they are
/// refused at once, so that callers hear of it long before their patience ends. Gives the connection up when a reply takes
/// longer than the timeout, or says that this is not the Redis to talk to.
final class RedisCommands {
    private let dialer: RedisDialer
    private let settings: RedisSettings
    private let now: () -> MonotonicInstant
    private let metrics: RedisMetrics
    private var held: [(write: (inout RESPCommandWriter) -> Void, handler: RedisConnection.ReplyHandler)] = []
    private var heldSince: MonotonicInstant?
    private var isStopped = false
    /// Which history this Redis has; see ``RedisGreeting/Answer/tag``. Empty before the first connection.
    private(set) var tag = ""

    /// The connection is there, and with it ``tag``.
    var onUp: () -> Void = {}
    /// The connection is gone.
    var onDown: () -> Void = {}

    init(dialer: RedisDialer, settings: RedisSettings, metrics: RedisMetrics, now: @escaping () -> MonotonicInstant) {
        self.dialer = dialer
        self.settings = settings
        self.metrics = metrics
        self.now = now
        dialer.onUp = { [weak self] connection, answer in self?.connected(connection, answer) }
        dialer.onDown = { [weak self] _ in self?.onDown() }
        dialer.onFailure = { [weak self] reason in self?.refuseHeld(reason) }
    }

    var isUp: Bool { self.dialer.connection != nil }

    /// The connection, unless commands have to wait for it or are refused: for those so frequent that nothing should be allocated for
    /// a wait that hardly ever is.
    var ready: RedisConnection? {
        guard let connection = self.dialer.connection, connection.inFlightBytes < self.settings.inFlightBytes else {
            return nil
        }
        return connection
    }

    /// Whether new commands are refused at once.
    var isFailing: Bool { self.dialer.isFailing }

    func start() { self.dialer.start() }

    func stop() {
        self.isStopped = true
        self.dialer.stop()
        self.refuseHeld("the node stops")
    }

    /// Commands without a reply.
    var waitingCount: Int { self.dialer.connection?.waitingCount ?? 0 }

    /// Bytes of commands without a reply.
    var inFlightBytes: Int { self.dialer.connection?.inFlightBytes ?? 0 }

    /// Sends a command. `handler` is called once, possibly before this returns when the command is refused.
    func send(
        _ write: @escaping (inout RESPCommandWriter) -> Void,
        reply handler: @escaping RedisConnection.ReplyHandler
    ) {
        guard let connection = self.dialer.connection else {
            return self.hold(write, handler)
        }
        guard connection.inFlightBytes < self.settings.inFlightBytes else {
            return handler(.failure(.notSent("Redis is \(connection.inFlightBytes) bytes behind")))
        }
        connection.send(write, reply: handler)
    }

    private func hold(
        _ write: @escaping (inout RESPCommandWriter) -> Void,
        _ handler: @escaping RedisConnection.ReplyHandler
    ) {
        guard !self.isStopped, !self.dialer.isFailing, self.held.count < Self.heldLimit else {
            return handler(.failure(.notSent("no connection to Redis")))
        }
        if self.held.isEmpty { self.heldSince = self.now() }
        self.held.append((write, handler))
    }

    /// Most commands that wait for a connection.
    private static let heldLimit = 10_000

    private func refused(_ reply: RedisErrorReply, on connection: RedisConnection) {
        self.metrics.refused(reply.category)
        if reply.category == .forked { self.refreshTag() }
        if reply.endsConnection { connection.close("Redis said: \(reply.message)") }
    }

    /// Called some times a second.
    func tick() {
        let now = self.now()
        let timeout = self.settings.commandTimeout
        if let heldSince, heldSince + timeout <= now { self.refuseHeld("no connection to Redis within \(timeout)") }
        if let connection = self.dialer.connection, let oldest = connection.oldestCommand, oldest + timeout <= now {
            connection.close("no reply from Redis within \(timeout)")
        }
    }

    /// Asks whether this is still the master, and what its history is called: both can change while a connection lasts. The history of a
    /// master gets another name when its first replica comes (Redis, replication).
    func refreshTag() {
        self.send {
            $0.command(["INFO", "replication"])
        } reply: { result in
            guard case .success(let value) = result, let info = value.text else { return }
            guard info.contains("role:master") else { return self.drop("this Redis is a master no longer") }
            if let tag = RedisGreeting.tag(inInfo: info) { self.tag = tag }
        }
    }

    /// Ends the connection; another one is made.
    func drop(_ reason: String) {
        self.dialer.connection?.close(reason)
    }

    private func connected(_ connection: RedisConnection, _ answer: RedisGreeting.Answer) {
        connection.onRefusal = { [weak connection] reply in
            if let connection { self.refused(reply, on: connection) }
        }
        self.tag = answer.tag
        self.heldSince = nil
        let held = self.held
        self.held = []
        // What has to happen first on a new connection does.
        self.onUp()
        for (write, handler) in held { self.send(write, reply: handler) }
    }

    private func refuseHeld(_ reason: String) {
        self.heldSince = nil
        let held = self.held
        self.held = []
        for (_, handler) in held { handler(.failure(.notSent(reason))) }
    }
}
