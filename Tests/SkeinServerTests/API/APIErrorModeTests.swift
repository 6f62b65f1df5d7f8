import NIOHTTP1
import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct APIErrorModeTests {
    @Test(arguments: [
        ("publish", #"{"channel":"nope:a","data":1}"#, 404, #"{"code":102,"message":"unknown channel"}"#),
        ("publish", #"{"channel":"a"}"#, 400, #"{"code":107,"message":"bad request: data is missing"}"#),
        ("publish", "{", 400, #"{"code":107,"message":"bad request: not JSON at byte 1"}"#),
        ("rpc", #"{"method":"x"}"#, 404, #"{"code":104,"message":"method not found"}"#),
        (
            "presence", #"{"channel":"a"}"#, 400,
            #"{"code":108,"message":"not available: presence is off for this channel"}"#
        ),
        (
            "history", #"{"channel":"history:a","since":{"offset":1,"epoch":"x"}}"#, 416,
            #"{"code":112,"message":"unrecoverable position"}"#
        ),
        ("publish", #"{"channel":"a","data":1}"#, 200, #"{"result":{}}"#),
    ])
    func `errors become statuses when the request asks for it`(
        method: String,
        body: String,
        status: Int,
        answer: String
    ) async throws {
        try await APIHarness.run { harness in
            let received = try await harness.post(method, body, headers: ["X-Centrifugo-Error-Mode": "Transport"])
            #expect(received == .init(status, answer))
        }
    }

    @Test func `every code that the server sends has a status of its own choice`() {
        let statuses = Dictionary(
            uniqueKeysWithValues: ErrorCode.all.map { ($0.code, APIErrorMode.status(of: $0).code) }
        )
        #expect(
            statuses == [
                100: 500, 101: 401, 102: 404, 103: 403, 104: 404, 105: 500, 106: 400, 107: 400, 108: 400, 109: 500,
                110: 400, 111: 429, 112: 416, 113: 409,
            ]
        )
    }
}
