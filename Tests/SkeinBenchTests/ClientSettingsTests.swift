import NIOCore
import Testing

@testable import SkeinBench

@Suite struct ClientSettingsTests {
    private func settings(_ url: String, _ change: (inout BenchmarkPlan) -> Void) throws -> ClientSettings {
        var plan = BenchmarkPlan(scenario: .idle, target: try BenchmarkTarget(url))
        change(&plan)
        return try ClientSettings(plan: plan, run: 1)
    }

    private func source(_ settings: ClientSettings, _ number: Int) -> String? {
        settings.localAddress(of: number, to: settings.subscriberPeer)?.ipAddress
    }

    @Test func connectionsThatFitOneAddressAreLeftToTheKernel() throws {
        let settings = try self.settings("ws://127.0.0.1:1") { $0.connections = 20_000 }
        #expect(self.source(settings, 19_999) == nil)
    }

    @Test func moreHaveAnAddressForEachTwentyThousandAlsoAcrossProcesses() throws {
        let settings = try self.settings("ws://127.0.0.1:1") { $0.connections = 50_000 }
        #expect(
            [0, 19_999, 20_000, 40_000].map { self.source(settings, $0) }
                == ["127.0.1.1", "127.0.1.1", "127.0.1.2", "127.0.1.3"]
        )
        let second = try self.settings("ws://127.0.0.1:1") {
            $0.connections = 15_000
            $0.firstConnection = 15_000
        }
        #expect([4999, 5000].map { self.source(second, $0) } == ["127.0.1.1", "127.0.1.2"])
    }

    @Test func onlyLoopbackHasAddressesToSpare() throws {
        let settings = try self.settings("ws://192.0.2.1:1") { $0.connections = 50_000 }
        #expect(self.source(settings, 30_000) == nil)
    }

    @Test func theHandshakeSaysWhereAndInWhichFormat() throws {
        let settings = try self.settings("ws://127.0.0.1:81/x?y=1") {
            $0.format = .protobuf
            $0.headers = [("X-Forwarded-For", "192.0.2.9")]
        }
        let text = String(buffer: settings.publisherPeer.handshake)
        #expect(text.hasPrefix("GET /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:81\r\n") && text.hasSuffix("\r\n\r\n"))
        #expect(text.contains("\r\nX-Forwarded-For: 192.0.2.9\r\n"))
        #expect(text.contains("\r\nSec-WebSocket-Protocol: centrifuge-protobuf\r\n"))
    }
}
