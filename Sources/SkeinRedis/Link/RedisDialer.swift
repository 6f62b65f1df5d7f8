import Logging
import NIOCore
import NIOPosix
import NIOSSL
import SkeinCore

/// Keeps one connection to Redis: connects, greets, and begins again after a jittered, growing pause when it ends.
///
/// Confined to its event loop.
final class RedisDialer {
    /// Where the dialer is.
    private enum State {
        case stopped
        case dialing
        case up(RedisConnection)
        case resting(Scheduled<Void>)
    }

    private let eventLoop: any EventLoop
    private let settings: RedisSettings
    private let greeting: RedisGreeting
    private let tls: NIOSSLContext?
    private let logger: Logger
    private let now: () -> MonotonicInstant
    private var state = State.stopped
    private var backoff = Backoff(base: .milliseconds(50), cap: .seconds(1))
    private var random = SystemRandomNumberGenerator()
    /// Whether the newest attempt failed: whoever waits for the connection should not wait any longer.
    private(set) var isFailing = false
    private var lastFailure = ""
    private var upSince = MonotonicInstant(nanoseconds: 0)

    /// How long a connection has to last before the next one is made without delay again.
    private static let stableAfter = Duration.seconds(1)

    /// The connection is greeted and can be used.
    var onUp: (RedisConnection, RedisGreeting.Answer) -> Void = { _, _ in }
    /// The connection that was up has ended.
    var onDown: (_ reason: String) -> Void = { _ in }
    /// An attempt has failed, and there is no connection.
    var onFailure: (_ reason: String) -> Void = { _ in }

    init(
        eventLoop: any EventLoop,
        settings: RedisSettings,
        greeting: RedisGreeting,
        tls: NIOSSLContext?,
        logger: Logger,
        now: @escaping () -> MonotonicInstant
    ) {
        self.eventLoop = eventLoop
        self.settings = settings
        self.greeting = greeting
        self.tls = tls
        self.logger = logger
        self.now = now
    }

    /// The connection, when it is up.
    var connection: RedisConnection? {
        if case .up(let connection) = self.state { connection } else { nil }
    }

    func start() {
        guard case .stopped = self.state else { return }
        self.dial()
    }

    /// Ends the connection and does not begin again.
    func stop() {
        let state = self.state
        self.state = .stopped
        switch state {
        case .up(let connection): connection.close("the node stops")
        case .resting(let alarm): alarm.cancel()
        case .stopped, .dialing: break
        }
    }

    // MARK: Attempts

    private func dial() {
        self.state = .dialing
        let connection = RedisConnection(now: self.now)
        // From here on every attempt ends exactly once, in `finish`.
        var isOver = false
        func finish(_ outcome: Result<RedisGreeting.Answer, GreetingError>) {
            guard !isOver else { return }
            isOver = true
            self.finish(connection, outcome)
        }
        let timeout = TimeAmount(self.settings.connectTimeout)
        let bound = NIOLoopBound((connection: connection, finish: finish), eventLoop: self.eventLoop)
        let patience = self.settings.connectTimeout
        let alarm = self.eventLoop.scheduleTask(in: timeout) {
            bound.value.finish(.failure(.lost("no connection within \(patience)")))
        }
        connection.onEnd = { finish(.failure(.lost($0))) }
        let greeting = self.greeting
        let address = self.settings.address
        self.connect(connection, timeout: timeout).assumeIsolated().whenComplete { result in
            if case .failure(let error) = result { finish(.failure(.lost(Self.describe(error)))) }
            guard !isOver else {
                alarm.cancel()
                return connection.close("too late")
            }
            greeting.perform(on: connection, address: address) { outcome in
                alarm.cancel()
                finish(outcome)
            }
        }
    }

    private func connect(_ connection: RedisConnection, timeout: TimeAmount) -> EventLoopFuture<Void> {
        let address = self.settings.address
        let tls = self.tls
        let bound = NIOLoopBound(connection, eventLoop: self.eventLoop)
        let bootstrap = ClientBootstrap(group: self.eventLoop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: address.serverName)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
        switch address.endpoint {
        case .host(let host, let port): return bootstrap.connect(host: host, port: port).map { _ in }
        case .socket(let path): return bootstrap.connect(unixDomainSocketPath: path).map { _ in }
        }
    }

    private func finish(_ connection: RedisConnection, _ outcome: Result<RedisGreeting.Answer, GreetingError>) {
        if case .stopped = self.state { return connection.close("the node stops") }
        switch outcome {
        case .success(let answer):
            self.state = .up(connection)
            self.isFailing = false
            self.upSince = self.now()
            connection.onEnd = { self.ended($0) }
            self.note("connected to Redis", .info)
            self.lastFailure = ""
            self.onUp(connection, answer)
        case .failure(let error):
            connection.onEnd = nil
            connection.close("\(error)")
            self.isFailing = true
            self.noteFailure("\(error)")
            self.rest()
            self.onFailure("\(error)")
        }
    }

    private func ended(_ reason: String) {
        if case .stopped = self.state { return }
        // What ends at once every time is no success.
        if self.now() >= self.upSince + Self.stableAfter { self.backoff.reset() }
        self.note("connection to Redis lost", .warning, reason)
        self.rest()
        self.onDown(reason)
    }

    private func rest() {
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        let pause = self.backoff.next(using: &self.random)
        self.state = .resting(self.eventLoop.scheduleTask(in: TimeAmount(pause)) { bound.value.dial() })
    }

    // MARK: Log

    /// The same failure again and again is logged once.
    private func noteFailure(_ reason: String) {
        guard reason != self.lastFailure else { return }
        self.lastFailure = reason
        self.note("cannot connect to Redis, trying again", .warning, reason)
    }

    private func note(_ message: Logger.Message, _ level: Logger.Level, _ reason: String? = nil) {
        var metadata: Logger.Metadata = [
            "skein.redis": "\(self.settings.address)", "skein.connection": "\(self.greeting.name)",
        ]
        if let reason { metadata["skein.reason"] = "\(reason)" }
        self.logger.log(level: level, message, metadata: metadata)
    }

    private static func describe(_ error: any Error) -> String {
        guard let failure = error as? NIOConnectionError else { return "\(error)" }
        guard let first = failure.connectionErrors.first else { return "the name \(failure.host) is not known" }
        return "\(first.error)"
    }
}

extension RedisAddress {
    /// What the certificate has to be for (RFC 6066 section 3: an address is no server name).
    fileprivate var serverName: String? {
        guard case .host(let host, _) = self.endpoint, (try? SocketAddress(ipAddress: host, port: 0)) == nil else {
            return nil
        }
        return host
    }
}
