public import Metrics
import SkeinCore

/// What the transport counts. Made once for a node; counting takes no lock and, on the fan-out path, happens once a turn.
public final class TransportMetrics: Sendable {
    /// Why a publication did not reach a subscriber.
    enum DropReason: String, CaseIterable {
        /// The channel's policy let it be dropped for a client that does not keep up.
        case slowConsumer = "slow_consumer"
        /// The connection ended first.
        case closed
    }

    private let deliveries: Counter
    private let bytesSent: Counter
    private let bytesReceived: Counter
    private let dropped: [DropReason: Counter]
    private let commands: Counter
    private let messages: Counter
    private let publications: Counter
    private let errors: [UInt32: Counter]
    private let otherErrors: Counter
    private let disconnects: [UInt16: Counter]
    private let otherDisconnects: Counter
    private let protocolErrors: LabeledCounter
    private let handshakesRejected: LabeledCounter
    private let authenticationFailures: LabeledCounter
    private let proxyRejections: LabeledCounter
    private let handshakeTimeouts: Counter
    private let accepted: Counter
    private let acceptErrors: Counter
    private let refusedConnections: Counter
    private let liveGaps: Counter
    private let connections: Meter
    private let sessions: Meter
    private let subscriptions: Meter

    /// Registers every metric with the factory.
    public init(factory: any MetricsFactory) {
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: name, dimensions: dimensions, factory: factory)
        }
        self.deliveries = counter("skein_deliveries_total")
        self.bytesSent = counter("skein_sent_bytes_total")
        self.bytesReceived = counter("skein_received_bytes_total")
        self.dropped = Dictionary(
            uniqueKeysWithValues: DropReason.allCases.map {
                ($0, counter("skein_dropped_total", [("reason", $0.rawValue)]))
            }
        )
        self.commands = counter("skein_commands_total")
        self.messages = counter("skein_messages_received_total")
        self.publications = counter("skein_publications_total")
        self.errors = Dictionary(
            uniqueKeysWithValues: ErrorCode.all.map {
                ($0.code, counter("skein_command_errors_total", [("code", "\($0.code)")]))
            }
        )
        self.otherErrors = counter("skein_command_errors_total", [("code", "other")])
        self.disconnects = Dictionary(
            uniqueKeysWithValues: DisconnectCode.all.map {
                ($0.code, counter("skein_disconnects_total", [("code", "\($0.code)")]))
            }
        )
        self.otherDisconnects = counter("skein_disconnects_total", [("code", "other")])
        self.protocolErrors = LabeledCounter("skein_ws_protocol_errors_total", label: "kind", factory: factory)
        self.handshakesRejected = LabeledCounter("skein_handshake_rejected_total", label: "reason", factory: factory)
        self.authenticationFailures = LabeledCounter("skein_auth_failures_total", label: "reason", factory: factory)
        self.proxyRejections = LabeledCounter("skein_proxy_rejected_total", label: "reason", factory: factory)
        self.handshakeTimeouts = counter("skein_handshake_timeouts_total")
        self.accepted = counter("skein_connections_accepted_total")
        self.acceptErrors = counter("skein_accept_errors_total")
        self.refusedConnections = counter("skein_connections_refused_total")
        self.liveGaps = counter("skein_live_gap_events_total")
        self.connections = Meter(label: "skein_connections", factory: factory)
        self.sessions = Meter(label: "skein_sessions", factory: factory)
        self.subscriptions = Meter(label: "skein_subscriptions", factory: factory)
    }

    func delivered(_ count: Int) { self.deliveries.increment(by: Int64(count)) }
    func sent(bytes: Int) { self.bytesSent.increment(by: Int64(bytes)) }
    func received(bytes: Int) { self.bytesReceived.increment(by: Int64(bytes)) }
    func dropped(_ count: Int, reason: DropReason) { self.dropped[reason]?.increment(by: Int64(count)) }
    func received(commands count: Int) { self.commands.increment(by: Int64(count)) }
    func receivedMessage() { self.messages.increment() }
    func published() { self.publications.increment() }
    func replied(_ error: ErrorCode) { (self.errors[error.code] ?? self.otherErrors).increment() }
    func disconnected(_ code: DisconnectCode) { (self.disconnects[code.code] ?? self.otherDisconnects).increment() }
    func protocolError(_ kind: String) { self.protocolErrors.increment(kind) }
    func handshakeRejected(_ reason: String) { self.handshakesRejected.increment(reason) }
    func authenticationFailed(_ reason: String) { self.authenticationFailures.increment(reason) }
    func proxyRejected(_ reason: String) { self.proxyRejections.increment(reason) }
    func handshakeTimedOut() { self.handshakeTimeouts.increment() }
    func connectionAccepted() { self.accepted.increment() }
    func acceptFailed() { self.acceptErrors.increment() }
    func connectionRefused() { self.refusedConnections.increment() }
    func liveGap() { self.liveGaps.increment() }
    func connectionOpened() { self.connections.increment() }
    func connectionClosed() { self.connections.decrement() }
    func sessionOpened() { self.sessions.increment() }
    func sessionClosed() { self.sessions.decrement() }
    func subscriptionOpened() { self.subscriptions.increment() }
    func subscriptionClosed() { self.subscriptions.decrement() }
}
