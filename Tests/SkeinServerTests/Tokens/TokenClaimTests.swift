import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct TokenClaimTests {
    @Test(arguments: [
        (aud: #","aud":"here""#, reason: String?.none), (#","aud":["here"]"#, nil), (#","aud":["there","here"]"#, nil),
        ("", "audience"), (#","aud":"""#, "audience"), (#","aud":[]"#, "audience"), (#","aud":"there""#, "audience"),
        (#","aud":"HERE""#, "audience"), (#","aud":"here ""#, "audience"), (#","aud":["there"]"#, "audience"),
        (#","aud":null"#, "claims"), (#","aud":1"#, "claims"), (#","aud":["here",1]"#, "claims"),
        (#","aud":[["here"]]"#, "claims"), (#","aud":{"here":true}"#, "claims"),
    ])
    func `a configured audience must be named`(_ row: (aud: String, reason: String?)) async throws {
        let bench = try await TokenBench(audience: "here")
        #expect(try await bench.connect(#"{"sub":"42"\#(row.aud)}"#).refusal == row.reason)
        #expect(try await bench.subscribe(#"{"channel":"a"\#(row.aud)}"#).refusal == row.reason)
    }

    @Test(arguments: [
        (iss: #","iss":"me""#, reason: String?.none), ("", "issuer"), (#","iss":"""#, "issuer"),
        (#","iss":"you""#, "issuer"), (#","iss":"me/""#, "issuer"), (#","iss":null"#, "claims"),
        (#","iss":["me"]"#, "claims"),
    ])
    func `a configured issuer must be named`(_ row: (iss: String, reason: String?)) async throws {
        let bench = try await TokenBench(issuer: "me")
        #expect(try await bench.connect(#"{"sub":"42"\#(row.iss)}"#).refusal == row.reason)
    }

    @Test func `audience and issuer are compared by bytes`() async throws {
        let bench = try await TokenBench(audience: "caf\u{E9}", issuer: "caf\u{E9}")
        #expect(try await bench.connect(#"{"aud":"caf\u00e9","iss":"café"}"#).refusal == nil)
        #expect(try await bench.connect(#"{"aud":"cafe\u0301","iss":"caf\u00e9"}"#).refusal == "audience")
        #expect(try await bench.connect(#"{"aud":"caf\u00e9","iss":"cafe\u0301"}"#).refusal == "issuer")
    }

    @Test func `without configuration audience and issuer do not matter`() async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect(#"{"aud":"anyone","iss":"anyone"}"#).refusal == nil)
    }

    @Test(arguments: [
        ("{}", ""), (#"{"sub":""}"#, ""), (#"{"sub":"42"}"#, "42"), (#"{"sub":"\u0034\ud83d\ude00/"}"#, "4😀/"),
    ])
    func `sub is the user`(_ payload: String, _ user: String) async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect(payload) == .success(Credentials(user: UserID(user))))
    }

    // MARK: Bytes for clients

    @Test(arguments: [
        #"{"n":1.0,"big":12345678901234567890}"#, #"{ "b" : 2,"a":1, "a":3 }"#, "1.10", "-0.0", "1E5", "[1e-400,1e400]",
        #""\u00e9\/\ud800""#, "{\"line\":\n\t[\r\n]}", "true", "\"\"", "{}",
        String(repeating: "[", count: 63) + String(repeating: "]", count: 63),
    ])
    func `info, meta and data keep every byte`(_ json: String) async throws {
        let bench = try await TokenBench()
        let bytes = Array(json.utf8)
        let connection = try await bench.connect(#"{"info": \#(json) ,"meta":\#(json)}"#).get()
        #expect(connection.info == bytes)
        #expect(connection.meta == bytes)
        let grant = try await bench.subscribe(#"{"channel":"a","info":\#(json)}"#).get()
        #expect(grant.info == bytes)
        guard json.count < 100 else { return }
        let subscription = try #require(
            try await bench.connect(#"{"subs":{"a":{"info":\#(json),"data":\#(json)}}}"#).get().subscriptions.first
        )
        #expect(subscription.info == bytes)
        #expect(subscription.data == bytes)
    }

    @Test(arguments: [
        (claims: #""b64info":"AP8=""#, info: [UInt8]?.some([0, 255])), (#""info":{"a":1},"b64info":"AP8=""#, [0, 255]),
        (#""b64info":"+/+/""#, [251, 255, 191]), (#""info":1,"b64info":"""#, [0x31]),
        (#""info":1,"b64info":null"#, [0x31]),
        (#""info":null"#, nil), (#""b64info":"""#, nil),
    ])
    func `b64info is any bytes and comes before info`(_ row: (claims: String, info: [UInt8]?)) async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect("{\(row.claims)}").get().info == row.info)
        #expect(try await bench.subscribe(#"{"channel":"a",\#(row.claims)}"#).get().info == row.info)
    }

    @Test(arguments: [#""?""#, #""AP8""#, #""-_-_""#, #""AP8=\n""#, "1", "[]"])
    func `b64info that is no base64 is refused`(_ value: String) async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect(#"{"b64info":\#(value)}"#).refusal == "claims")
        #expect(try await bench.subscribe(#"{"channel":"a","b64info":\#(value)}"#).refusal == "claims")
        #expect(try await bench.connect(#"{"subs":{"a":{"b64data":\#(value)}}}"#).refusal == "claims")
    }

    // MARK: Subscriptions of the server

    @Test func `channels and subs are subscribed to, each once, with the options of subs`() async throws {
        let bench = try await TokenBench()
        let payload = #"""
            {"channels":["news","a","news"],"subs":{"a":{"data":{"x":1.0},"b64info":"AQ==","expire_at":1700000030,
            "override":{"presence":{"value":true},"join_leave":{"value":false},"force_recovery":{"value":true},
            "force_positioning":{"value":false},"force_push_join_leave":{"value":true},"later":1}},"b":{},"c":null}}
            """#
        var overrides = SubscriptionOverrides()
        overrides.presence = true
        overrides.joinLeave = false
        overrides.forceRecovery = true
        overrides.forcePositioning = false
        overrides.forcePushJoinLeave = true
        let data = Array(#"{"x":1.0}"#.utf8)
        let first = ServerSubscription(
            channel: "a",
            info: [1],
            data: data,
            timeLeft: .seconds(30),
            overrides: overrides
        )
        let others = ["b", "c", "news"].map { ServerSubscription(channel: ChannelName($0)) }
        #expect(try await bench.connect(payload).get().subscriptions == [first] + others)
    }

    @Test func `channels that only look the same are two`() async throws {
        let bench = try await TokenBench()
        let credentials = try await bench.connect(#"{"channels":["\u00e9"],"subs":{"e\u0301":{}}}"#).get()
        #expect(credentials.subscriptions.map { $0.channel } == ["e\u{301}", "\u{E9}"])
    }

    @Test(arguments: [
        #""channels":"news""#, #""channels":{"news":1}"#, #""channels":[1]"#, #""channels":["a",null]"#,
        #""subs":["a"]"#,
        #""subs":"a""#, #""subs":{"a":1}"#, #""subs":{"a":[]}"#, #""subs":{"a":{},"a":{}}"#,
        #""subs":{"a":{"info":1,"info":2}}"#,
        #""subs":{"a":{"override":1}}"#, #""subs":{"a":{"override":{"presence":true}}}"#,
        #""subs":{"a":{"override":{"presence":{}}}}"#, #""subs":{"a":{"override":{"presence":{"value":1}}}}"#,
    ])
    func `subscriptions of another form are refused`(_ claims: String) async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect("{\(claims)}").refusal == "claims")
    }

    // MARK: Subscription tokens

    @Test func `a subscription token names user, channel, session, info and deviations`() async throws {
        let bench = try await TokenBench()
        let payload = #"""
            {"sub":"42","channel":"$private","client":"c1","info":{"a":1.0},"exp":1700000010,
            "override":{"force_recovery":{"value":true},"presence":null}}
            """#
        var expected = SubscriptionGrant(
            user: UserID("42"),
            channel: "$private",
            client: "c1",
            timeLeft: .seconds(10),
            info: Array(#"{"a":1.0}"#.utf8)
        )
        expected.overrides.forceRecovery = true
        #expect(try await bench.subscribe(payload) == .success(expected))
    }

    @Test(arguments: [
        #"{"sub":"42"}"#, #"{"channel":""}"#, #"{"channel":null}"#, #"{"channel":1}"#, #"{"channel":["a"]}"#,
    ])
    func `a subscription token needs a channel`(_ payload: String) async throws {
        let bench = try await TokenBench()
        #expect(try await bench.subscribe(payload).refusal == "claims")
    }

    @Test(arguments: [(#""c1""#, "c1"), (#""""#, nil), ("null", nil)])
    func `a client may be named`(_ value: String, _ client: String?) async throws {
        let bench = try await TokenBench()
        #expect(try await bench.subscribe(#"{"channel":"a","client":\#(value)}"#).get().client == client)
    }

    @Test func `a client of another type is refused`() async throws {
        let bench = try await TokenBench()
        #expect(try await bench.subscribe(#"{"channel":"a","client":1}"#).refusal == "claims")
    }

    /// RFC 8725 section 3.12: tokens of one kind must not pass as the other.
    @Test func `a subscription token does not open a connection`() async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect(#"{"sub":"42","channel":"news"}"#).refusal == "claims")
        #expect(try await bench.connect(#"{"sub":"42","channel":1}"#).refusal == "claims")
        #expect(try await bench.connect(#"{"sub":"42","channel":""}"#).refusal == nil)
    }
}
