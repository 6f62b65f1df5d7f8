import CoreMetrics
import Logging
import NIOCore
import NIOHTTP1
import SkeinCluster
import SkeinCore
import SkeinTestKit
import SkeinWire
import Synchronization

@testable import SkeinServer
@testable import SkeinTransport

/// The API in front of a real transport with an engine in memory, on a clock that the test moves. Requests are handed
/// to the routes directly; sessions come over TCP, see ``TestSession``.
final class APIHarness: Sendable {
    static let key = "0123456789abcdef"

    let clock = ManualClock()
    let exposition = PrometheusMetrics(descriptions: APIMetrics.descriptions)
    let settings = ReplaceableSettings(APISettings(keys: [Secret(APIHarness.key)]))
    let transport: Transport
    let api: APIHandler

    /// What came back.
    struct Answer: Equatable {
        var status: Int
        var body: String

        init(_ status: Int, _ body: String) {
            self.status = status
            self.body = body
        }

        /// Status 200 with a result.
        static func result(_ json: String) -> Answer { Answer(200, "{\"result\":\(json)}") }

        /// Status 200 with an error.
        static func error(_ code: Int, _ message: String) -> Answer {
            Answer(200, "{\"error\":{\"code\":\(code),\"message\":\"\(message)\"}}")
        }
    }

    /// Runs a test against a harness and shuts it down.
    static func run(
        methods: RPCTable = RPCTable(),
        _ test: (APIHarness) async throws -> Void
    ) async throws {
        let harness = try await APIHarness(methods: methods)
        do {
            try await test(harness)
        } catch {
            await harness.transport.shutdown()
            throw error
        }
        await harness.transport.shutdown()
    }

    private init(methods: RPCTable) async throws {
        let clock = self.clock
        let policy = SessionPolicy(rulebook: .sample, version: "1.2.3", node: "alpha")
        let epochs = Mutex(0)
        self.transport = try await Transport(
            loopCount: 2,
            connectionLimit: 100,
            policy: policy,
            origins: .sameHost,
            dependencies: Transport.Dependencies(
                makeBroker: { sink, _ in
                    MemoryBroker(sink: sink, clock: clock.clock) {
                        epochs.withLock { count in
                            count += 1
                            return "e\(count)"
                        }
                    }
                },
                authenticator: TrustingAuthenticator(),
                methods: methods,
                metrics: TransportMetrics(factory: NOOPMetricsHandler.instance),
                clock: clock.clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        let settings = self.settings
        self.api = APIHandler(
            transport: self.transport,
            node: APINode(uid: "u-1", name: "alpha", version: "1.2.3", startedAt: clock.now),
            metrics: APIMetrics(factory: self.exposition),
            settings: { settings.current },
            policy: { policy }
        )
    }

    /// `POST /api/<method>` with the right key.
    func post(_ method: String, _ body: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        var headers = headers
        headers.add(name: "x-api-key", value: Self.key)
        let response = try await self.request(method, body, headers: headers)
        return Answer(Int(response.status.code), String(buffer: response.body))
    }

    /// `POST /api/<method>` with exactly these headers.
    func request(
        _ method: String,
        _ body: String = "{}",
        headers: HTTPHeaders = [:],
        query: [String: String] = [:],
        peer: String = "192.0.2.1"
    ) async throws -> HTTPResponse {
        guard case .function(_, let function)? = self.api.route(.POST, "/api/\(method)") else { throw NoSuchMethod() }
        return await function(
            HTTPRequest(
                method: .POST,
                path: "/api/\(method)",
                query: query,
                headers: headers,
                body: ByteBuffer(string: body),
                peer: peer
            )
        )
    }

    /// One sample of the metrics; nil when there is no such series.
    func requests(_ method: String, _ outcome: String) -> Double? {
        Exposition(self.exposition.render())?
            .values["skein_api_requests_total{method=\(method),outcome=\(outcome)}"]
    }

    struct NoSuchMethod: Error {}
}
