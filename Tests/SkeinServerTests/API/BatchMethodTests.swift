import Testing

@Suite struct BatchMethodTests {
    static func commands(_ commands: String, parallel: Bool = false) -> String {
        #"{"commands":[\#(commands)],"parallel":\#(parallel)}"#
    }

    @Test(arguments: [false, true])
    func `replies are in the order of the commands, without an envelope`(parallel: Bool) async throws {
        try await APIHarness.run { harness in
            let answer = try await harness.post(
                "batch",
                Self.commands(
                    #"{"publish":{"channel":"history:a","data":1}},{"presence_stats":{"channel":"presence:a"}},"#
                        + #"{"unsubscribe":{"user":"u","channel":"a"}},{"publish":{"channel":"news","data":1}}"#,
                    parallel: parallel
                )
            )
            #expect(
                answer
                    == .init(
                        200,
                        #"{"replies":[{"publish":{"offset":1,"epoch":"e1"}},"#
                            + #"{"presence_stats":{"num_clients":0,"num_users":0}},{"unsubscribe":{}},{"publish":{}}]}"#
                    )
            )
        }
    }

    @Test func `publications of one batch keep their order (G7)`() async throws {
        try await APIHarness.run { harness in
            let commands = (1...50).map { #"{"publish":{"channel":"history:a","data":\#($0)}}"# }
            let answer = try await harness.post("batch", Self.commands(commands.joined(separator: ",")))
            let replies = (1...50).map { #"{"publish":{"offset":\#($0),"epoch":"e1"}}"# }
            #expect(answer.body == #"{"replies":[\#(replies.joined(separator: ","))]}"#)
            let history = try await harness.post("history", #"{"channel":"history:a","limit":50}"#)
            #expect(history == HistoryMethodTests.result(Array(1...50), of: 50))
        }
    }

    @Test func `a parallel batch publishes every command once`() async throws {
        try await APIHarness.run { harness in
            let commands = (1...100).map { _ in #"{"publish":{"channel":"history:a","data":1}}"# }
            let answer = try await harness.post("batch", Self.commands(commands.joined(separator: ","), parallel: true))
            let offsets = answer.body.matches(of: /"offset":(\d+)/).compactMap { Int($0.output.1) }
            #expect(offsets.sorted() == Array(1...100))
        }
    }

    @Test func `a command that fails keeps its method's key and stops no other`() async throws {
        try await APIHarness.run { harness in
            let answer = try await harness.post(
                "batch",
                Self.commands(
                    #"{"publish":{"channel":"nope:a","data":1}},{"publish":{"channel":5}},{"a\"b":{}},{},"#
                        + #"{"info":{},"rpc":{}},{"batch":{"commands":[]}},"#
                        + #"{"publish":{"channel":"news","data":1},"rpc":null}"#
                )
            )
            func failed(_ method: String, _ code: Int, _ message: String) -> String {
                let error = #""error":{"code":\#(code),"message":"\#(message)"}"#
                return method.isEmpty ? "{\(error)}" : "{\"\(method)\":{\(error)},\(error)}"
            }
            let replies = [
                failed("publish", 102, "unknown channel"),
                failed("publish", 107, "bad request: another type, or a number out of range at byte 11"),
                failed(#"a\"b"#, 104, "method not found"),
                failed("", 107, "bad request: a command has exactly one method"),
                failed("", 107, "bad request: a command has exactly one method"),
                failed("batch", 107, "bad request: a batch in a batch"),
                #"{"publish":{}}"#,
            ]
            #expect(answer == .init(200, #"{"replies":[\#(replies.joined(separator: ","))]}"#))
        }
    }

    @Test func `a thousand commands are the most`() async throws {
        try await APIHarness.run { harness in
            func body(_ count: Int) -> String {
                Self.commands(
                    [String](repeating: #"{"publish":{"channel":"history:a","data":1}}"#, count: count).joined(
                        separator: ","
                    )
                )
            }
            let most = try await harness.post("batch", body(1000))
            #expect(most.body.contains(#"{"publish":{"offset":1000,"epoch":"e1"}}"#))
            let tooMany = try await harness.post("batch", body(1001))
            #expect(tooMany == .error(106, "limit exceeded: a batch has at most 1000 commands"))
            let position = try await harness.post("history", #"{"channel":"history:a"}"#)
            #expect(position == .result(#"{"publications":[],"offset":1000,"epoch":"e1"}"#))
        }
    }

    @Test func `once the replies are too long the commands that are left are not carried out`() async throws {
        try await APIHarness.run { harness in
            let text = String(repeating: "x", count: 1_000_000)
            for _ in 0..<16 { _ = try await harness.post("publish", #"{"channel":"history:a","data":"\#(text)"}"#) }
            let read = [String](repeating: #"{"history":{"channel":"history:a","limit":16}}"#, count: 6)
            let answer = try await harness.post(
                "batch",
                Self.commands(read.joined(separator: ",") + #",{"publish":{"channel":"history:a","data":1}}"#)
            )
            #expect(
                answer.body.hasSuffix(
                    #""error":{"code":106,"message":"limit exceeded: the replies of the batch are too long"}}]}"#
                )
            )
            let position = try await harness.post("history", #"{"channel":"history:a"}"#)
            #expect(position == .result(#"{"publications":[],"offset":16,"epoch":"e1"}"#))
        }
    }

    @Test func `an empty batch is answered, one without commands is not`() async throws {
        try await APIHarness.run { harness async throws in
            #expect(try await harness.post("batch", #"{"commands":[]}"#) == .init(200, #"{"replies":[]}"#))
            #expect(try await harness.post("batch", "{}") == .error(107, "bad request: commands are missing"))
            #expect(try await harness.post("batch", #"{"commands":[1]}"#).status == 400)
        }
    }
}
