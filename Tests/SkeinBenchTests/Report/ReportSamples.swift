import FoundationEssentials

@testable import SkeinBench

extension BenchmarkReport {
    /// A small report with every field in use.
    static func sample(scenarios: [ScenarioReport] = [.fanout]) -> Self {
        Self(
            tool: "skein 0.1.0",
            date: Date(timeIntervalSince1970: 1_790_000_000),
            command: ["skein", "bench", "fanout"],
            machine: BenchmarkMachine(
                processor: "Test CPU",
                cores: 2,
                kernel: "Linux 6.1.0",
                memoryBytes: 8_320_000_000
            ),
            target: "ws://127.0.0.1:8000/connection/websocket",
            scenarios: scenarios
        )
    }
}

extension ScenarioReport {
    static var fanout: Self { .fanout(inFlight: "1") }

    static func fanout(inFlight: String) -> Self {
        Self(
            name: "fanout",
            parameters: [.init(name: "subscribers", value: "1,000"), .init(name: "in flight", value: inFlight)],
            seconds: 10,
            counts: DeliveryCounts(
                published: 1_634,
                refused: 2,
                expected: 1_634_000,
                delivered: 1_633_999,
                lost: 1,
                duplicated: 3,
                reordered: 4,
                bytes: 279_400_000
            ),
            rates: [.init(name: "deliveries", perSecond: 163_402.4), .init(name: "publishes", perSecond: 163.4)],
            latencies: [.delivery],
            samples: [
                ReportSample(
                    seconds: 1,
                    connections: 500,
                    publishedPerSecond: 160,
                    deliveredPerSecond: 160_000,
                    serverCPUFraction: 0.9,
                    serverResidentBytes: 25_000_000
                ),
                ReportSample(
                    seconds: 2,
                    connections: 1_000,
                    publishedPerSecond: 165,
                    deliveredPerSecond: 165_000,
                    serverCPUFraction: 1,
                    serverResidentBytes: 30_000_000
                ),
            ],
            server: ServerUsage(
                userSeconds: 2.1,
                systemSeconds: 7.8,
                microsecondsPerDelivery: 6.06,
                residentBefore: 24_000_000,
                residentAfter: 30_200_000,
                residentAfterDisconnect: 26_000_000,
                bytesPerConnection: 5_400
            ),
            client: ClientUsage(loops: [0.61, 0.3]),
            warnings: ["1 delivery was lost."]
        )
    }

    /// A scenario that measured next to nothing.
    static var empty: Self { Self(name: "idle", parameters: [], seconds: 0, client: ClientUsage(loops: [])) }
}

extension LatencyReport {
    static var delivery: Self {
        Self(
            name: "delivery",
            count: 1_633_999,
            meanMicroseconds: 3_110,
            p50: 3_100,
            p90: 4_470,
            p99: 11_200,
            p999: 23_400,
            max: 102_000,
            corrected: false,
            curve: [
                .init(percentile: 0, microseconds: 1_200),
                .init(percentile: 50, microseconds: 3_100),
                .init(percentile: 99.9, microseconds: 23_400),
                .init(percentile: 100, microseconds: 102_000),
            ]
        )
    }
}
