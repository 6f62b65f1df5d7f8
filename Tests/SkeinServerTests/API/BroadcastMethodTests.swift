import Testing

@Suite struct BroadcastMethodTests {
    @Test func `every channel has its own answer, in the order of the request`() async throws {
        try await APIHarness.run { harness in
            let answer = try await harness.post(
                "broadcast",
                #"{"channels":["history:a","nope:a","news","history:b","history:a"],"data":1}"#
            )
            #expect(
                answer
                    == .result(
                        #"{"responses":[{"result":{"offset":1,"epoch":"e1"}},"#
                            + #"{"error":{"code":102,"message":"unknown channel"}},{"result":{}},"#
                            + #"{"result":{"offset":1,"epoch":"e2"}},{"result":{"offset":2,"epoch":"e1"}}]}"#
                    )
            )
        }
    }

    @Test func `an idempotency key holds for each channel`() async throws {
        try await APIHarness.run { harness in
            let body = #"{"channels":["history:a","history:b"],"data":1,"idempotency_key":"k"}"#
            let first = try await harness.post("broadcast", body)
            #expect(try await harness.post("broadcast", body) == first)
            #expect(first.body.contains(#""epoch":"e2""#))
        }
    }

    @Test func `a channel that carries another kind of payload is refused alone`() async throws {
        try await APIHarness.run { harness in
            let answer = try await harness.post("broadcast", #"{"channels":["news","binary:a"],"b64data":"/w=="}"#)
            #expect(
                answer
                    == .result(
                        #"{"responses":[{"error":{"code":107,"message":"bad request: b64data is not JSON, "#
                            + #"which is what this channel carries"}},{"result":{"offset":1,"epoch":"e1"}}]}"#
                    )
            )
        }
    }

    @Test(arguments: [
        (#"{"data":1}"#, "bad request: channels are missing"),
        (#"{"channels":[],"data":1}"#, "bad request: channels are missing"),
        (#"{"channels":["a"]}"#, "bad request: data is missing"),
    ])
    func `what cannot be broadcast at all is an error of the request`(body: String, message: String) async throws {
        try await APIHarness.run { harness async throws in
            #expect(try await harness.post("broadcast", body) == .error(107, message))
        }
    }

    @Test func `ten thousand channels are the most`() async throws {
        try await APIHarness.run { harness in
            func body(_ count: Int) -> String {
                #"{"channels":["# + (0..<count).map { "\"\($0)\"" }.joined(separator: ",") + #"],"data":1}"#
            }
            let most = try await harness.post("broadcast", body(10_000))
            #expect(most.body.split(separator: #"{"result":{}}"#, omittingEmptySubsequences: false).count == 10_001)
            let tooMany = try await harness.post("broadcast", body(10_001))
            #expect(tooMany == .error(106, "limit exceeded: a broadcast has at most 10000 channels"))
        }
    }
}
