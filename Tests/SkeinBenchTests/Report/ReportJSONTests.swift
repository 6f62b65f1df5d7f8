import FoundationEssentials
import Testing

@testable import SkeinBench

@Suite struct ReportJSONTests {
    @Test func aReportComesBackAsItWas() throws {
        let report = BenchmarkReport.sample(scenarios: [.fanout, .empty])
        #expect(try ReportJSON.decode(ReportJSON.encode(report), name: "x") == report)
    }

    @Test func keysAreInSnakeCaseWithUnits() throws {
        let text = String(decoding: try ReportJSON.encode(.sample()), as: UTF8.self)
        let keys = [
            "schema", "date", "memory_bytes", "per_second", "mean_microseconds", "p50_microseconds",
            "p99_9_microseconds",
            "max_microseconds", "published_per_second", "server_cpu_fraction", "server_resident_bytes", "user_seconds",
            "microseconds_per_delivery", "resident_after_disconnect_bytes", "bytes_per_connection",
            "loop_busy_fractions",
            "is_bottleneck",
        ]
        for key in keys { #expect(text.contains("\"\(key)\" :"), "\(key)") }
        #expect(text.contains("\"2026-09-21T14:13:20Z\""))
        #expect(text.contains("\"ws://127.0.0.1:8000/connection/websocket\""))
        #expect(text.firstMatch(of: #/"[a-z0-9_]*[A-Z][A-Za-z]*" :/#) == nil)
        #expect(text.hasSuffix("}\n"))
    }

    @Test func aNumberThatIsNoneIsAnError() {
        var report = BenchmarkReport.sample()
        report.scenarios[0].seconds = .nan
        #expect { try ReportJSON.encode(report) } throws: { ($0 as? ReportError)?.code == .invalid }
    }

    @Test func aLaterLayoutIsNamed() {
        let data = Data(#"{"schema": 2, "everything": "else"}"#.utf8)
        #expect { try ReportJSON.decode(data, name: "a.json") } throws: { error in
            "\(error)" == "a.json: a report of layout 2; this skein reads up to 1"
        }
    }

    @Test(arguments: [
        ("", "a.json: not a report of skein bench"),
        ("[]", "a.json: not a report of skein bench"),
        ("{}", "a.json: not a report of skein bench: it has no schema"),
        (#"{"schema": 1}"#, "a.json: not a report of skein bench: it has no"),
        (#"{"schema": 1, "tool": 5}"#, "a.json: not a report of skein bench: tool: "),
    ])
    func whatIsNoReportIsSaid(text: String, message: String) {
        #expect { try ReportJSON.decode(Data(text.utf8), name: "a.json") } throws: { "\($0)".hasPrefix(message) }
    }

    @Test func aClientIsABottleneckAboveTheLimit() {
        #expect(!ClientUsage(loops: []).isBottleneck)
        #expect(!ClientUsage(loops: [0.2, 0.85]).isBottleneck)
        #expect(ClientUsage(loops: [0.86, 0.2]).isBottleneck)
    }
}
