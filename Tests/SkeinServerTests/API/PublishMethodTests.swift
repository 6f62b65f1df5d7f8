import SkeinCluster
import SkeinCore
import SkeinTestKit
import SkeinTransport
import Testing

@Suite struct PublishMethodTests {
    @Test func `a channel without history has no position`() async throws {
        try await APIHarness.run { harness async throws in
            #expect(try await harness.post("publish", #"{"channel":"news","data":{"a":1}}"#) == .result("{}"))
        }
    }

    @Test func `offsets count within the epoch`() async throws {
        try await APIHarness.run { harness in
            for offset in 1...3 {
                let answer = try await harness.post("publish", #"{"channel":"history:a","data":1}"#)
                #expect(answer == .result(#"{"offset":\#(offset),"epoch":"e1"}"#))
            }
        }
    }

    @Test(arguments: [
        #"{"t": "héllo \u00e9"}"#, "1", "-1.50e+10", #""text""#, "true", "[ ]", "12345678901234567890123",
    ])
    func `data is any JSON value, kept byte for byte`(data: String) async throws {
        try await APIHarness.run { harness in
            _ = try await harness.post("publish", #"{"channel":"history:a","data":\#(data)}"#)
            let answer = try await harness.post("history", #"{"channel":"history:a","limit":1}"#)
            #expect(
                answer == .result(#"{"publications":[{"data":\#(data),"offset":1}],"offset":1,"epoch":"e1"}"#)
            )
        }
    }

    @Test func `skip_history publishes without a position`() async throws {
        try await APIHarness.run { harness in
            let body = #"{"channel":"history:a","data":1,"skip_history":true}"#
            #expect(try await harness.post("publish", body) == .result("{}"))
            let history = try await harness.post("history", #"{"channel":"history:a","limit":10}"#)
            #expect(history == .result(#"{"publications":[],"epoch":"e1"}"#))
        }
    }

    @Test func `tags are kept in the order of their names' bytes`() async throws {
        try await APIHarness.run { harness in
            let body = #"{"channel":"history:a","data":1,"tags":{"b":"2","é":"3","a":"1"}}"#
            _ = try await harness.post("publish", body)
            let answer = try await harness.post("history", #"{"channel":"history:a","limit":1}"#)
            #expect(answer.body.contains(#""tags":{"a":"1","b":"2","é":"3"}"#))
        }
    }

    @Test func `a repeated idempotency key publishes once and answers the same (G8)`() async throws {
        try await APIHarness.run { harness async throws in
            let body = #"{"channel":"history:a","data":1,"idempotency_key":"k"}"#
            let other = #"{"channel":"history:a","data":1,"idempotency_key":"l"}"#
            #expect(try await harness.post("publish", body) == .result(#"{"offset":1,"epoch":"e1"}"#))
            #expect(try await harness.post("publish", other) == .result(#"{"offset":2,"epoch":"e1"}"#))
            #expect(try await harness.post("publish", body) == .result(#"{"offset":1,"epoch":"e1"}"#))
            harness.clock.advance(by: .seconds(301))
            #expect(try await harness.post("publish", body) == .result(#"{"offset":3,"epoch":"e1"}"#))
        }
    }

    @Test func `an idempotency key has at most 256 bytes`() async throws {
        try await APIHarness.run { harness in
            func body(_ length: Int) -> String {
                let key = String(repeating: "k", count: length)
                return #"{"channel":"news","data":1,"idempotency_key":"\#(key)"}"#
            }
            #expect(try await harness.post("publish", body(256)) == .result("{}"))
            let tooLong = try await harness.post("publish", body(257))
            #expect(tooLong == .error(107, "bad request: idempotency_key is longer than 256 bytes"))
        }
    }

    @Test func `binary channels carry any bytes, JSON channels only JSON`() async throws {
        try await APIHarness.run { harness in
            let refused = try await harness.post("publish", #"{"channel":"history:a","b64data":"/w=="}"#)
            #expect(
                refused == .error(107, "bad request: b64data is not JSON, which is what this channel carries")
            )
            let json = try await harness.post("publish", #"{"channel":"history:a","b64data":"eyJhIjoxfQ==","data":2}"#)
            #expect(json == .result(#"{"offset":1,"epoch":"e1"}"#))
            let kept = try await harness.post("history", #"{"channel":"history:a","limit":1}"#)
            #expect(kept.body.contains(#"{"data":{"a":1},"offset":1}"#))

            let binary = try await harness.post("publish", #"{"channel":"binary:a","b64data":"/w=="}"#)
            #expect(binary == .result(#"{"offset":1,"epoch":"e2"}"#))
            let history = try await harness.post("history", #"{"channel":"binary:a","limit":1}"#)
            #expect(history.body.contains(#"{"data":null,"b64data":"/w==","offset":1}"#))
        }
    }

    @Test func `delta is allowed by the rules or by the request`() async throws {
        try await APIHarness.run { harness in
            _ = try await harness.post("publish", #"{"channel":"history:a","data":1}"#)
            _ = try await harness.post("publish", #"{"channel":"history:a","data":1,"delta":true}"#)
            _ = try await harness.post("publish", #"{"channel":"delta:a","data":1}"#)
            var rules = ChannelRules()
            rules.historySize = 100
            rules.historyTTL = .seconds(60)
            func allowed(_ channel: ChannelName) async throws -> [Bool] {
                try await harness.transport.history(
                    of: Topic(channel),
                    query: HistoryQuery(limit: 10),
                    retention: Retention(rules)
                ).publications.map(\.allowsDelta)
            }
            #expect(try await allowed("history:a") == [false, true])
            #expect(try await allowed("delta:a") == [true])
        }
    }

    @Test(arguments: [
        (#"{"data":1}"#, 107, "bad request: channel is missing"),
        (#"{"channel":"a b","data":1}"#, 107, "bad request: channel has a space or a control character"),
        (
            #"{"channel":"123456789012345678901234567890123","data":1}"#, 107,
            "bad request: channel is longer than 32 bytes"
        ),
        (#"{"channel":"nope:a","data":1}"#, 102, "unknown channel"),
        (#"{"channel":"a"}"#, 107, "bad request: data is missing"),
        (#"{"channel":"a","data":null}"#, 107, "bad request: data is missing"),
        (#"{"channel":"a","b64data":"*"}"#, 107, "bad request: b64data is not base64"),
        (#"{"channel":"a","data":1,"version":1}"#, 108, "not available: version is not supported"),
    ])
    func `what cannot be published is told`(body: String, code: Int, message: String) async throws {
        try await APIHarness.run { harness async throws in
            #expect(try await harness.post("publish", body) == .error(code, message))
        }
    }

    @Test func `version zero and unknown members are passed over`() async throws {
        try await APIHarness.run { harness async throws in
            let body = #"{"channel":"a","data":1,"version":0,"version_epoch":"x","later":{"b":[]},"b64data":""}"#
            #expect(try await harness.post("publish", body) == .result("{}"))
        }
    }
}
