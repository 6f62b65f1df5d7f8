import SkeinCore
import SkeinTestKit
import SkeinTransport
import Testing

/// `channels`, `info` and `rpc`.
@Suite(.timeLimit(.minutes(1))) struct NodeMethodTests {
    @Test func `channels with subscribers, by pattern, sorted`() async throws {
        try await APIHarness.run { harness in
            #expect(try await harness.post("channels", "{}") == .result(#"{"channels":{}}"#))
            try await TestSession.run("u", on: harness) { session in
                for channel in ["room-b", "room-a", "history:x"] {
                    _ = try await harness.post("subscribe", #"{"user":"u","channel":"\#(channel)"}"#)
                    _ = try await session.nextMessage()
                }
                let all = try await harness.post("channels", #"{"pattern":""}"#)
                #expect(
                    all
                        == .result(
                            #"{"channels":{"history:x":{"num_clients":1},"room-a":{"num_clients":1},"#
                                + #""room-b":{"num_clients":1}}}"#
                        )
                )
                let some = try await harness.post("channels", #"{"pattern":"room-[!a]"}"#)
                #expect(some == .result(#"{"channels":{"room-b":{"num_clients":1}}}"#))
            }
        }
    }

    @Test func `a pattern that cannot be read is 107`() async throws {
        try await APIHarness.run { harness in
            let long = String(repeating: "a", count: 1025)
            for pattern in ["[a", "{a,b}", "[z-a]", long] {
                let answer = try await harness.post("channels", #"{"pattern":"\#(pattern)"}"#)
                #expect(answer.body.hasPrefix(#"{"error":{"code":107,"message":"bad request: pattern"#), "\(pattern)")
            }
        }
    }

    @Test func `info says who the node is and how much it has`() async throws {
        try await APIHarness.run { harness in
            harness.clock.advance(by: .milliseconds(65_900))
            try await TestSession.run("u", on: harness) { session in
                for channel in ["a", "b"] {
                    _ = try await harness.post("subscribe", #"{"user":"u","channel":"\#(channel)"}"#)
                    _ = try await session.nextMessage()
                }
                let answer = try await harness.post("info", "{}")
                let expected =
                    #"{"result":{"nodes":[{"uid":"u-1","name":"alpha","version":"1.2.3","num_clients":1,"num_users":1,"#
                    + #""num_subs":2,"num_channels":2,"uptime":65,"process":{"cpu":"#
                #expect(answer.body.hasPrefix(expected), "\(answer.body)")
                #expect(answer.body.hasSuffix("}}]}}"))
            }
        }
    }

    @Test func `rpc calls a method as nobody`() async throws {
        var methods = RPCTable()
        methods.register("echo") { data, caller in
            .success(Array("[\"\(caller.info.user)\",\"\(caller.policy.node)\",".utf8) + data + Array("]".utf8))
        }
        methods.register("bytes") { _, _ in .success([0xFF]) }
        methods.register("no") { _, _ in .failure(.init(ErrorCode(1234, "not today"))) }
        try await APIHarness.run(methods: methods) { harness in
            let echo = try await harness.post("rpc", #"{"method":"echo","params":{"a":1}}"#)
            #expect(echo == .result(#"{"data":["","alpha",{"a":1}]}"#))
            let bytes = try await harness.post("rpc", #"{"method":"bytes"}"#)
            #expect(bytes == .result(#"{"data":null,"b64data":"/w=="}"#))
            #expect(try await harness.post("rpc", #"{"method":"no"}"#) == .error(1234, "not today"))
            #expect(try await harness.post("rpc", #"{"method":"nope"}"#) == .error(104, "method not found"))
            #expect(try await harness.post("rpc", "{}") == .error(107, "bad request: method is missing"))
        }
    }
}
