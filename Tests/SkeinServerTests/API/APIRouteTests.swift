import NIOHTTP1
import SkeinTransport
import Testing

@testable import SkeinServer

@Suite struct APIRouteTests {
    @Test func `every method is a path under api and takes only POST`() async throws {
        try await APIHarness.run { harness in
            let names = [
                "publish", "broadcast", "subscribe", "unsubscribe", "disconnect", "message", "refresh", "presence",
                "presence_stats",
                "history", "history_remove", "channels", "info", "drain", "rpc", "batch",
            ]
            for name in names {
                guard case .function(bodyLimit: 1_048_576, _)? = harness.api.route(.POST, "/api/\(name)") else {
                    Issue.record("\(name) is no function")
                    continue
                }
                guard case .methodNotAllowed([.POST])? = harness.api.route(.GET, "/api/\(name)") else {
                    Issue.record("\(name) answers to GET")
                    continue
                }
            }
            #expect(APIMethods.all.map { $0.name } == names)
        }
    }

    @Test(arguments: ["", "map_publish", "publish/", "PUBLISH", "/publish"])
    func `other paths under api are 404 for those who have a key`(name: String) async throws {
        try await APIHarness.run { harness in
            guard case .notFound? = harness.api.route(.GET, "/api/\(name)") else {
                Issue.record("\(name) answers to GET")
                return
            }
            let answer = try await harness.post(name, "{}")
            #expect(answer == .init(404, #"{"error":{"code":104,"message":"method not found"}}"#))
            let outside = try await harness.post(name, "{}", headers: ["x-centrifugo-error-mode": "transport"])
            #expect(outside == .init(404, #"{"code":104,"message":"method not found"}"#))
            #expect(try await harness.request(name).status == .unauthorized)
        }
    }

    @Test func `the path api itself leads nowhere`() async throws {
        try await APIHarness.run { harness in
            guard case .notFound? = harness.api.route(.POST, "/api") else {
                Issue.record("it leads somewhere")
                return
            }
        }
    }

    @Test(arguments: ["/", "/apis/publish", "/ap", "/connection/websocket", ""])
    func `paths outside of api are somebody else's`(path: String) async throws {
        try await APIHarness.run { harness in
            let route = harness.api.route(.POST, path)
            #expect(route.map { _ in path } == nil)
        }
    }

    @Test func `the size of bodies follows a reload`() async throws {
        try await APIHarness.run { harness in
            harness.settings.current.bodySize = 17
            guard case .function(bodyLimit: 17, _)? = harness.api.route(.POST, "/api/info") else {
                Issue.record("the limit is another")
                return
            }
        }
    }

    @Test func `a body that is not JSON is status 400 and says where`() async throws {
        try await APIHarness.run { harness in
            for (body, message) in [
                ("{\"channel\":\"a\",}", "not JSON at byte 15"),
                ("[]", "another type, or a number out of range at byte 0"),
                ("{\"channel\":5}", "another type, or a number out of range at byte 11"),
                ("{\"channel\":\"a\",\"channel\":\"b\"}", "the same name twice at byte 15"),
                ("{\"data\":" + String(repeating: "[", count: 65_000), "nested too deep at byte 136"),
                ("{} {}", "not JSON at byte 3"),
            ] {
                let answer = try await harness.post("publish", body)
                #expect(
                    answer == .init(400, "{\"error\":{\"code\":107,\"message\":\"bad request: \(message)\"}}"),
                    "\(body.prefix(40))"
                )
            }
            #expect(harness.requests("publish", "bad_request") == 6)
        }
    }

    @Test func `no body is an empty object`() async throws {
        try await APIHarness.run { harness async throws in
            #expect(try await harness.post("channels", "") == .result("{\"channels\":{}}"))
        }
    }

    @Test func `requests are counted by method and outcome, from zero`() async throws {
        try await APIHarness.run { harness in
            #expect(harness.requests("info", "ok") == 0)
            _ = try await harness.post("info", "{}")
            _ = try await harness.post("publish", "{}")
            _ = try await harness.request("info")
            #expect(harness.requests("info", "ok") == 1)
            #expect(harness.requests("publish", "error") == 1)
            #expect(harness.requests("info", "unauthorized") == 1)
        }
    }
}
