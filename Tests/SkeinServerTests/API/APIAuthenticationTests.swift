import NIOCore
import NIOHTTP1
import SkeinTestKit
import SkeinTransport
import Testing

@testable import SkeinServer

@Suite struct APIAuthenticationTests {
    static func status(
        _ harness: APIHarness,
        _ headers: HTTPHeaders,
        query: [String: String] = [:],
        peer: String = "192.0.2.1"
    ) async throws -> UInt {
        try await harness.request("info", headers: headers, query: query, peer: peer).status.code
    }

    @Test(arguments: [
        ("x-api-key", APIHarness.key), ("X-API-KEY", APIHarness.key), ("authorization", "apikey \(APIHarness.key)"),
        ("Authorization", "ApiKey \(APIHarness.key)"),
    ])
    func `both headers take the key`(name: String, value: String) async throws {
        try await APIHarness.run { harness async throws in
            #expect(try await Self.status(harness, [name: value]) == 200)
        }
    }

    @Test(arguments: [
        [("x-api-key", "")], [("x-api-key", APIHarness.key + "0")], [("x-api-key", String(APIHarness.key.dropLast()))],
        [("x-api-key", APIHarness.key + APIHarness.key)], [("x-api-key", "0123456789abcdeF")],
        [("authorization", APIHarness.key)], [("authorization", "Bearer \(APIHarness.key)")],
        [("authorization", "apikey ")], [],
    ])
    func `anything else is 401`(headers: [(String, String)]) async throws {
        try await APIHarness.run { harness in
            let response = try await harness.request("info", headers: HTTPHeaders(headers))
            #expect(response.status == .unauthorized)
            #expect(response.headers["www-authenticate"] == ["apikey"])
            #expect(String(buffer: response.body).hasPrefix("{\"error\":{\"code\":101,\"message\":\"unauthorized: "))
        }
    }

    @Test func `an empty configured key opens nothing`() async throws {
        try await APIHarness.run { harness async throws in
            harness.settings.current.keys = [Secret("")]
            #expect(try await Self.status(harness, ["x-api-key": ""]) == 401)
        }
    }

    @Test func `every configured key opens, and a reload replaces them`() async throws {
        try await APIHarness.run { harness async throws in
            harness.settings.current.keys = [Secret("first-key"), Secret("second-key")]
            #expect(try await Self.status(harness, ["x-api-key": "first-key"]) == 200)
            #expect(try await Self.status(harness, ["x-api-key": "second-key"]) == 200)
            #expect(try await Self.status(harness, ["x-api-key": APIHarness.key]) == 401)
        }
    }

    @Test func `a key in the URL is refused outside of development and is no attempt`() async throws {
        try await APIHarness.run { harness async throws in
            for _ in 0..<20 {
                #expect(try await Self.status(harness, [:], query: ["api_key": APIHarness.key]) == 401)
            }
            #expect(try await Self.status(harness, ["x-api-key": APIHarness.key]) == 200)
            harness.settings.current.acceptsKeyInURL = true
            #expect(try await Self.status(harness, [:], query: ["api_key": APIHarness.key]) == 200)
            #expect(try await Self.status(harness, [:], query: ["api_key": "wrong"]) == 401)
        }
    }

    @Test func `after five wrong keys in a second no key of that address is looked at`() async throws {
        try await APIHarness.run { harness in
            for _ in 0..<5 { #expect(try await Self.status(harness, ["x-api-key": "wrong"]) == 401) }
            let refused = try await harness.request("info", headers: ["x-api-key": "wrong"])
            #expect(refused.status == .tooManyRequests)
            #expect(refused.headers["retry-after"] == ["1"])
            #expect(try await Self.status(harness, ["x-api-key": APIHarness.key]) == 429)
            #expect(try await Self.status(harness, ["x-api-key": APIHarness.key], peer: "192.0.2.2") == 200)
            #expect(harness.requests("info", "throttled") == 2)

            harness.clock.advance(by: .milliseconds(199))
            #expect(try await Self.status(harness, ["x-api-key": APIHarness.key]) == 429)
            harness.clock.advance(by: .milliseconds(2))
            #expect(try await Self.status(harness, ["x-api-key": APIHarness.key]) == 200)
            #expect(try await Self.status(harness, ["x-api-key": "wrong"]) == 401)
            #expect(try await Self.status(harness, ["x-api-key": APIHarness.key]) == 429)
        }
    }

    @Test func `insecure needs no key, but not for a page of another origin`() async throws {
        try await APIHarness.run { harness async throws in
            harness.settings.current = APISettings(isInsecure: true)
            #expect(try await Self.status(harness, [:]) == 200)
            #expect(
                try await Self.status(harness, ["origin": "http://localhost:8000", "host": "localhost:8000"]) == 200
            )
            #expect(try await Self.status(harness, ["origin": "http://evil.example", "host": "localhost:8000"]) == 401)
            #expect(try await Self.status(harness, ["origin": "null", "host": "localhost:8000"]) == 401)
        }
    }
}
