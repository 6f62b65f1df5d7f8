import CoreMetrics
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import SkeinCluster
import SkeinCore
import SkeinTransport
import SkeinWire

/// A node's client side with one event loop and 2,000 sessions, connected over loopback by the public way in.
final class HubFixture: Sendable {
    /// Made by the first benchmark that needs it; stays until the process ends.
    static let shared = Task { try await HubFixture() }

    /// Subscribers of a channel. The first ones of those who are there.
    enum Audience: String, CaseIterable {
        case one
        case thousand
        case twoThousand

        var count: Int {
            switch self {
            case .one: 1
            case .thousand: 1000
            case .twoThousand: 2000
            }
        }

        var topic: Topic { Topic(ChannelName("hub:\(self.rawValue)")) }
    }

    /// Bytes that each subscriber gets, roughly: a publication of 128 B as a frame.
    static let frameSize = 180

    private let transport: Transport
    private let clients: [TCPSocket]
    private let event = TopicEvent.publication(
        Publication(data: Array(#"{"text":"\#(String(repeating: "a", count: 117))"}"#.utf8))
    )

    private init() async throws {
        try Self.raiseDescriptorLimit(to: UInt(Audience.twoThousand.count) * 2 + 256)
        var limits = SessionLimits()
        // Nobody answers pings.
        limits.pingInterval = .seconds(86_400)
        var rulebook = ChannelRulebook()
        rulebook.isInsecure = true
        rulebook.namespaces["hub"] = ChannelRules()
        self.transport = try await Transport(
            loopCount: 1,
            connectionLimit: 10_000,
            policy: SessionPolicy(limits: limits, rulebook: rulebook, allowsAnonymous: true),
            origins: .anything,
            dependencies: Transport.Dependencies(
                makeBroker: { sink, _ in MemoryBroker(sink: sink) },
                authenticator: NobodyKnown(),
                metrics: TransportMetrics(factory: NOOPMetricsHandler.instance),
                logger: Logger(label: "hub") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        let listener = try await self.transport.listen(
            host: "127.0.0.1",
            port: 0,
            router: SessionsOnly(),
            isLimited: false
        )
        let port = listener.address.port ?? 0
        self.clients = try (0..<Audience.twoThousand.count).map { index in
            try HubClient.connect(
                port: port,
                channels: Audience.allCases.filter { index < $0.count }.map(\.topic.channel)
            )
        }
    }

    /// Delivers the publication so many times, each in a turn of the loop.
    func publish(_ publications: Int, to audience: Audience) async throws -> Sample {
        let eventLoop = self.transport.anyEventLoop
        let dispatcher = self.transport.node.dispatcher
        let event = self.event
        let topic = audience.topic
        let (sample, sent) = await withCheckedContinuation { continuation in
            eventLoop.execute {
                HubRun(publications, eventLoop: eventLoop) {
                    dispatcher.deliver(event, to: topic)
                } then: {
                    continuation.resume(returning: ($0, $1))
                }.begin()
            }
        }
        guard sent == publications * audience.count else {
            throw BenchmarkFailure(
                "\(publications) publications to \(audience.count) subscribers were \(sent) messages"
            )
        }
        return sample
    }

    private static func raiseDescriptorLimit(to count: UInt) throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < count else { return }
        limit.rlim_cur = min(count, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur >= count else {
            throw BenchmarkFailure("the hub needs \(count) descriptors; raise the limit (ulimit -Hn)")
        }
    }
}

/// Everybody comes without a token.
private struct NobodyKnown: Authenticator {
    func verifyConnection(_ token: String) async -> Result<Credentials, TokenRejection> {
        .failure(TokenRejection(.invalid, reason: "no tokens here"))
    }

    func verifySubscription(_ token: String) async -> Result<SubscriptionGrant, TokenRejection> {
        .failure(TokenRejection(.invalid, reason: "no tokens here"))
    }
}

private struct SessionsOnly: HTTPRouter {
    func route(_ method: HTTPMethod, _ path: String) -> HTTPRoute { .session }
}
