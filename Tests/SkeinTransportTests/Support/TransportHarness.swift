import Logging
import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit
import SkeinWire

@testable import SkeinTransport

/// A whole transport with a listener on a free port; time stands still.
struct TransportHarness: Sendable {
    let transport: Transport
    let time: ManualClock
    let metrics: CountingMetrics
    private let listener: Listener

    /// Runs `body` against a transport, and ends everything behind it.
    static func run(
        loopCount: Int = 1,
        connectionLimit: Int = 100,
        watchesSockets: Bool = true,
        policy: SessionPolicy = .test(),
        _ body: (TransportHarness) async throws -> Void
    ) async throws {
        let time = ManualClock()
        let clock = time.clock
        let metrics = CountingMetrics()
        let transport = try await Transport(
            loopCount: loopCount,
            connectionLimit: connectionLimit,
            policy: policy,
            origins: .sameHost,
            dependencies: Transport.Dependencies(
                makeBroker: { sink, _ in MemoryBroker(sink: sink, clock: clock) { "epoch" } },
                authenticator: FakeAuthenticator(),
                metrics: TransportMetrics(factory: metrics),
                clock: clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        if !watchesSockets {
            _ = await transport.onEveryLoop { loop in
                loop.sockets?.stop()
                loop.sockets = nil
            }
        }
        do {
            let listener = try await transport.listen(host: "127.0.0.1", port: 0, router: TestPaths(), isLimited: true)
            let harness = TransportHarness(transport: transport, time: time, metrics: metrics, listener: listener)
            try await body(harness)
            await listener.close()
            _ = await transport.disconnectAll(code: .shutdown)
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    /// A client that has said nothing yet.
    func connect() async throws -> ReluctantPeer {
        try await ReluctantPeer.connect(to: self.listener.address, on: MultiThreadedEventLoopGroup.singleton)
    }

    /// A client that has been let in.
    func enter() async throws -> Visitor {
        let peer = try await self.connect()
        try await peer.say(ByteBuffer(string: Self.handshake()))
        let response = try await peer.read(upTo: 1)
        guard response.starts(with: Array("HTTP/1.1 101 ".utf8)) else { throw ChannelError.connectPending }
        return Visitor(peer: peer, taken: response.count)
    }

    /// A publication that somebody else makes; a turn for each.
    func publish(_ data: String, to channel: ChannelName) async {
        self.transport.node.broker.publish(
            Publication(data: Array(data.utf8)),
            to: Topic(channel),
            retention: .none,
            idempotencyKey: nil,
            completion: Completion(on: self.transport.anyEventLoop) { _ in }
        )
        _ = await self.transport.onEveryLoop { _ in }
    }

    /// How many connections each loop has that are no channels.
    func plainSockets() async -> [Int] {
        await self.transport.onEveryLoop { loop in
            loop.sockets?.members.count { $0 is PlainSocket } ?? 0
        }
    }

    /// Has the server read from its clients or not; how many they are.
    func setReading(_ isReading: Bool) async -> Int {
        await self.transport.onEveryLoop { loop in
            let sockets = loop.sockets?.members.compactMap { $0 as? PlainSocket } ?? []
            for socket in sockets { socket.setReading(isReading) }
            return sockets.count
        }.reduce(0, +)
    }

    /// A handshake that a browser could send.
    static func handshake(_ path: String = "/ws") -> String {
        """
        GET \(path) HTTP/1.1\r\nhost: a.example\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        """
    }
}
