import Testing

/// `subscribe`, `unsubscribe`, `disconnect` and `refresh`, as far as their clients notice.
@Suite(.timeLimit(.minutes(1))) struct SessionMethodTests {
    @Test(arguments: ["subscribe", "unsubscribe", "disconnect", "refresh"])
    func `a request that names nobody is 107, one that names somebody who is not here succeeds`(
        method: String
    ) async throws {
        try await APIHarness.run { harness in
            let nobody = try await harness.post(method, #"{"channel":"a","user":""}"#)
            #expect(nobody == .error(107, "bad request: user, client and session are missing"))
            for member in ["user", "client", "session"] {
                let absent = try await harness.post(method, #"{"channel":"a","\#(member)":"x"}"#)
                #expect(absent == .result("{}"))
            }
        }
    }

    @Test(arguments: ["subscribe", "unsubscribe"])
    func `an unknown channel is 102`(method: String) async throws {
        try await APIHarness.run { harness in
            let answer = try await harness.post(method, #"{"channel":"nope:a","user":"u"}"#)
            #expect(answer == .error(102, "unknown channel"))
        }
    }

    @Test func `a subscribed session is told with the data, gets publications, and is told of the end`() async throws {
        try await APIHarness.run { harness in
            try await TestSession.run("u", on: harness) { session in
                let subscribe = #"{"user":"u","channel":"news","data":{"a":1}}"#
                #expect(try await harness.post("subscribe", subscribe) == .result("{}"))
                #expect(
                    try await session.nextMessage()
                        == #"{"push":{"channel":"news","subscribe":{"data":{"a":1}}}}"#
                )
                _ = try await harness.post("publish", #"{"channel":"news","data":2,"tags":{"k":"v"}}"#)
                #expect(
                    try await session.nextMessage()
                        == #"{"push":{"channel":"news","pub":{"data":2,"tags":{"k":"v"}}}}"#
                )
                _ = try await harness.post("unsubscribe", #"{"user":"u","channel":"news"}"#)
                #expect(
                    try await session.nextMessage()
                        == #"{"push":{"channel":"news","unsubscribe":{"code":2000,"reason":"server unsubscribe"}}}"#
                )
            }
        }
    }

    @Test func `info of a subscription is seen in presence, bytes as base64`() async throws {
        try await APIHarness.run { harness in
            try await TestSession.run("u", on: harness) { session in
                let body = #"{"user":"u","channel":"presence:a","b64info":"/w==","info":1}"#
                _ = try await harness.post("subscribe", body)
                _ = try await session.nextMessage()
                let presence = try await harness.post("presence", #"{"channel":"presence:a"}"#)
                #expect(presence.body.contains(#""user":"u""#))
                #expect(presence.body.contains(#""chan_info":"/w==""#))
            }
        }
    }

    @Test func `an override keeps a session out of presence`() async throws {
        try await APIHarness.run { harness in
            try await TestSession.run("u", on: harness) { session in
                let body =
                    #"{"user":"u","channel":"presence:a","override":{"presence":{"value":false},"join_leave":null}}"#
                _ = try await harness.post("subscribe", body)
                _ = try await session.nextMessage()
                let presence = try await harness.post("presence", #"{"channel":"presence:a"}"#)
                #expect(presence == .result(#"{"presence":{}}"#))
            }
        }
    }

    @Test func `recover_since brings what was missed`() async throws {
        try await APIHarness.run { harness in
            for number in 1...3 {
                _ = try await harness.post("publish", #"{"channel":"history:a","data":\#(number)}"#)
            }
            try await TestSession.run("u", on: harness) { session async throws in
                let body = #"{"user":"u","channel":"history:a","recover_since":{"offset":2,"epoch":"e1"}}"#
                #expect(try await harness.post("subscribe", body) == .result("{}"))
                _ = try await harness.post("publish", #"{"channel":"history:a","data":4}"#)
                var messages: [String] = []
                while messages.last?.contains(#""offset":4"#) != true {
                    messages.append(try await session.nextMessage())
                }
                let offsets = messages.compactMap { $0.firstMatch(of: /"pub":.*"offset":(\d+)/)?.output.1 }
                #expect(offsets == ["3", "4"])
            }
        }
    }

    @Test func `a subscription that would have ended already is 110`() async throws {
        try await APIHarness.run { harness async throws in
            for (expireAt, answer) in [
                ("1700000000", APIHarness.Answer.error(110, "expired: expire_at is in the past")),
                ("1700000001", .result("{}")), ("0", .result("{}")), ("9223372036854775807", .result("{}")),
                ("-1", .error(107, "bad request: expire_at is negative")),
            ] {
                let body = #"{"user":"u","channel":"news","expire_at":\#(expireAt)}"#
                #expect(try await harness.post("subscribe", body) == answer)
            }
        }
    }

    @Test func `unsubscribing without a channel ends all subscriptions`() async throws {
        try await APIHarness.run { harness in
            try await TestSession.run("u", on: harness) { session in
                for channel in ["a", "b"] {
                    _ = try await harness.post("subscribe", #"{"user":"u","channel":"\#(channel)"}"#)
                    _ = try await session.nextMessage()
                }
                _ = try await harness.post("unsubscribe", #"{"user":"u"}"#)
                #expect(try await harness.post("channels", "{}") == .result(#"{"channels":{}}"#))
            }
        }
    }

    @Test(arguments: [
        ("", "close 3503 force disconnect"), (#","disconnect":{}"#, "close 3503 force disconnect"),
        (#","disconnect":{"reason":"enough"}"#, "close 3503 enough"),
        (#","disconnect":{"code":4001,"reason":"moved"}"#, "close 4001 moved"),
        (#","disconnect":{"code":3000}"#, "close 3000 "), (#","disconnect":{"code":4999}"#, "close 4999 "),
        (#","whitelist":["somebody else"]"#, "close 3503 force disconnect"),
    ])
    func `a session is disconnected with the code`(members: String, close: String) async throws {
        try await APIHarness.run { harness in
            try await TestSession.run("u", on: harness) { session async throws in
                #expect(try await harness.post("disconnect", #"{"user":"u"\#(members)}"#) == .result("{}"))
                #expect(try await session.nextMessage() == close)
            }
        }
    }

    @Test(arguments: [1, 1000, 2999, 5000, 65_536 + 3000])
    func `codes that are not an application's are 107`(code: Int) async throws {
        try await APIHarness.run { harness in
            let answer = try await harness.post("disconnect", #"{"user":"u","disconnect":{"code":\#(code)}}"#)
            #expect(answer == .error(107, "bad request: disconnect.code is not between 3000 and 4999"))
        }
    }

    @Test func `a reason fits a control frame`() async throws {
        try await APIHarness.run { harness in
            func body(_ length: Int) -> String {
                #"{"user":"u","disconnect":{"code":4000,"reason":"\#(String(repeating: "r", count: length))"}}"#
            }
            #expect(try await harness.post("disconnect", body(123)) == .result("{}"))
            let tooLong = try await harness.post("disconnect", body(124))
            #expect(tooLong == .error(107, "bad request: disconnect.reason is longer than 123 bytes"))
        }
    }

    @Test func `a refresh tells the client how long it has, or ends it`() async throws {
        try await APIHarness.run { harness in
            try await TestSession.run("u", on: harness) { session in
                _ = try await harness.post("refresh", #"{"user":"u","expire_at":1700000090}"#)
                #expect(try await session.nextMessage() == #"{"push":{"refresh":{"expires":true,"ttl":90}}}"#)
                _ = try await harness.post("refresh", #"{"user":"u","expired":true}"#)
                #expect(try await session.nextMessage() == "close 3005 connection expired")
            }
            try await TestSession.run("u", on: harness) { session in
                _ = try await harness.post("refresh", #"{"user":"u","expire_at":1699999999}"#)
                #expect(try await session.nextMessage() == "close 3005 connection expired")
            }
        }
    }
}
