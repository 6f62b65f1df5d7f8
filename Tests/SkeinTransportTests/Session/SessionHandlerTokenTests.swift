import NIOCore
import NIOEmbedded
import SkeinCluster
import SkeinCore
import SkeinWire
import Testing

@testable import SkeinTransport

/// Commands with tokens, which an authenticator verifies in its own time.
@Suite(.timeLimit(.minutes(1)))
struct SessionHandlerTokenTests {
    private static let ann = UserID("ann")

    /// A session on a loop that runs by itself.
    private struct Client {
        let thread: LoopThread
        let channel: NIOAsyncTestingChannel

        init(_ authenticator: any Authenticator, _ rules: ChannelRules = .open) async throws {
            let eventLoop = NIOAsyncTestingEventLoop()
            let policy = SessionPolicy.test(rules.with { $0.subscribe = .tokenHolders }, allowsAnonymous: false)
            let thread = try await LoopThread(on: eventLoop, policy: policy, authenticator: authenticator)
            self.thread = thread
            let channel = NIOAsyncTestingChannel(loop: eventLoop)
            try await thread.run { loop in
                let handler = SessionHandler(loop: loop, format: .json, usesFramePing: false, clientID: "c")
                try channel.pipeline.syncOperations.addHandler(handler)
            }
            self.channel = channel
        }

        func send(_ lines: String...) async throws {
            try await self.channel.writeInbound(ClientFrame.text(lines.joined(separator: "\n")))
        }

        /// Waits for a frame.
        func frame() async throws -> ServerFrame {
            var bytes = Array(try await self.channel.waitForOutboundWrite(as: ByteBuffer.self).readableBytesView)
            let frames = ServerFrame.take(from: &bytes)
            return try #require(frames.count == 1 && bytes.isEmpty ? frames.first : nil)
        }

        func ask(_ lines: String...) async throws -> String {
            try await self.channel.writeInbound(ClientFrame.text(lines.joined(separator: "\n")))
            return try await self.frame().text
        }
    }

    private func connections(_ timeLeft: Duration? = nil) -> FakeAuthenticator {
        FakeAuthenticator(
            connections: [
                "good": .success(Credentials(user: Self.ann, timeLeft: timeLeft, info: Array("f".utf8))),
                "other": .success(Credentials(user: UserID("bob"), timeLeft: .seconds(60))),
                "longer": .success(Credentials(user: Self.ann, timeLeft: .milliseconds(90_500))),
                "late": .success(Credentials(user: Self.ann, timeLeft: .zero)),
                "old": .failure(TokenRejection(.expired, reason: "expired")),
            ],
            subscriptions: [
                "good": .success(SubscriptionGrant(user: Self.ann, channel: "a", timeLeft: .seconds(30))),
                "elsewhere": .success(SubscriptionGrant(user: Self.ann, channel: "b")),
                "bobs": .success(SubscriptionGrant(user: UserID("bob"), channel: "a")),
                "old": .failure(TokenRejection(.expired, reason: "expired")),
            ]
        )
    }

    @Test func `a good token is a session with its user and its time`() async throws {
        let client = try await Client(self.connections(.seconds(60)))
        let reply = try await client.ask(#"{"id":1,"connect":{"token":"good"}}"#)
        #expect(reply == #"{"id":1,"connect":{"client":"c","expires":true,"ttl":60,"ping":25,"pong":true}}"#)
        #expect(try await client.thread.run { $0.directory.select(.init(user: "ann")).count } == 1)
    }

    @Test(arguments: [("bad", 3500), ("", 3500)] as [(String, UInt16)])
    func `a bad token, or none where one is needed, ends the connection`(token: String, code: UInt16) async throws {
        let client = try await Client(self.connections())
        try await client.send(#"{"id":1,"connect":{"token":"\#(token)"}}"#)
        #expect(try await client.frame().closeCode == code)
        let failures = client.thread.metrics["skein_auth_failures_total{reason=unknown}"]
        #expect(failures == (token.isEmpty ? 0 : 1))
    }

    @Test(arguments: ["old", "late"])
    func `a token whose time is over is error 109, then the connection ends`(token: String) async throws {
        let client = try await Client(self.connections())
        #expect(try await client.ask(#"{"id":1,"connect":{"token":"\#(token)"}}"#).number("code") == 109)
        #expect(try await client.frame().closeCode == 3000)
    }

    @Test func `commands behind a connect wait for its token, in order`() async throws {
        let client = try await Client(self.connections())
        let reply = try await client.ask(
            #"{"id":1,"connect":{"token":"good"}}"#,
            #"{"id":2,"ping":{}}"#,
            #"{"id":3,"publish":{"channel":"a","data":1}}"#
        )
        #expect(reply.numbers("id") == [1, 2, 3])
    }

    @Test func `commands behind a subscribe wait for its token, in order`() async throws {
        let client = try await Client(self.connections())
        _ = try await client.ask(#"{"id":1,"connect":{"token":"good"}}"#)
        let reply = try await client.ask(
            #"{"id":2,"subscribe":{"channel":"a","token":"good"}}"#,
            #"{"id":3,"publish":{"channel":"a","data":1}}"#,
            #"{"id":4,"ping":{}}"#
        )
        #expect(reply.numbers("id") == [2, 3, 4])
        #expect(reply.hasPrefix(#"{"id":2,"subscribe":{"expires":true,"ttl":30}}"#))
        #expect(try await client.frame().text.payload == "1")
    }

    @Test(arguments: [("old", 109), ("unknown", 103)] as [(String, UInt64)])
    func `a subscription token that is refused is an error, and commands behind it go on`(
        token: String,
        code: UInt64
    ) async throws {
        let client = try await Client(self.connections())
        _ = try await client.ask(#"{"id":1,"connect":{"token":"good"}}"#)
        let reply = try await client.ask(
            #"{"id":2,"subscribe":{"channel":"a","token":"\#(token)"}}"#,
            #"{"id":3,"unsubscribe":{"channel":"a"}}"#
        )
        #expect(reply.number("code") == code && reply.numbers("id") == [2, 3])
        #expect(try await client.thread.run { $0.hub.topicCount } == 0)
    }

    @Test(arguments: ["elsewhere", "bobs"])
    func `a subscription token of another channel or user ends the connection with 3500`(token: String) async throws {
        let client = try await Client(self.connections())
        _ = try await client.ask(#"{"id":1,"connect":{"token":"good"}}"#)
        try await client.send(#"{"id":2,"subscribe":{"channel":"a","token":"\#(token)"}}"#)
        #expect(try await client.frame().closeCode == 3500)
    }

    @Test func `a refresh gives more time, rounded up; that of another user ends the connection`() async throws {
        let client = try await Client(self.connections(.seconds(60)))
        _ = try await client.ask(#"{"id":1,"connect":{"token":"good"}}"#)
        let reply = try await client.ask(#"{"id":2,"refresh":{"token":"longer"}}"#)
        #expect(reply == #"{"id":2,"refresh":{"client":"c","expires":true,"ttl":91}}"#)
        #expect(try await client.ask(#"{"id":3,"refresh":{"token":"old"}}"#).number("code") == 109)
        #expect(try await client.ask(#"{"id":4,"refresh":{"token":"late"}}"#).number("code") == 110)
        try await client.send(#"{"id":5,"refresh":{"token":"other"}}"#)
        #expect(try await client.frame().closeCode == 3500)
    }

    @Test func `a subscription is refreshed with a token of its own`() async throws {
        let client = try await Client(self.connections())
        _ = try await client.ask(#"{"id":1,"connect":{"token":"good"}}"#)
        _ = try await client.ask(#"{"id":2,"subscribe":{"channel":"a","token":"good"}}"#)
        let reply = try await client.ask(#"{"id":3,"sub_refresh":{"channel":"a","token":"good"}}"#)
        #expect(reply == #"{"id":3,"sub_refresh":{"expires":true,"ttl":30}}"#)
        #expect(
            try await client.ask(#"{"id":4,"sub_refresh":{"channel":"b","token":"good"}}"#).number("code") == 107
        )
        try await client.send(#"{"id":5,"sub_refresh":{"channel":"a","token":"elsewhere"}}"#)
        #expect(try await client.frame().closeCode == 3500)
    }

    @Test func `what a token says about its user reaches others as JSON`() async throws {
        let client = try await Client(self.connections(), .membership)
        _ = try await client.ask(#"{"id":1,"connect":{"token":"good"}}"#)
        _ = try await client.ask(#"{"id":2,"subscribe":{"channel":"a","token":"good"}}"#)
        _ = try await client.frame()
        let presence = try await client.ask(#"{"id":3,"presence":{"channel":"a"}}"#)
        #expect(presence.contains(#""conn_info":"Zg==""#))
    }

    @Test func `a connection that ends while its token is verified stays ended`() async throws {
        let gate = GatedAuthenticator()
        let client = try await Client(gate)
        try await client.send(#"{"id":1,"connect":{"token":"good"}}"#)
        await gate.asked()
        try await client.channel.close()
        await gate.open()
        try await client.thread.eventLoop.submit {}.get()
        #expect(try await client.thread.run { $0.directory.count } == 0)
        #expect(try await client.channel.readOutbound(as: ByteBuffer.self) == nil)
    }
}

/// Answers when it is told to.
private actor GatedAuthenticator: Authenticator {
    private var waiting: CheckedContinuation<Void, Never>?
    private var observer: CheckedContinuation<Void, Never>?
    private var answered: CheckedContinuation<Void, Never>?

    func verifyConnection(_ token: String) async -> Result<Credentials, TokenRejection> {
        await withCheckedContinuation { continuation in
            self.waiting = continuation
            self.observer?.resume()
            self.observer = nil
        }
        return .success(Credentials(user: UserID("ann")))
    }

    func verifySubscription(_ token: String) async -> Result<SubscriptionGrant, TokenRejection> {
        .failure(TokenRejection(.invalid, reason: "unknown"))
    }

    func asked() async {
        if self.waiting == nil { await withCheckedContinuation { self.observer = $0 } }
    }

    func open() {
        self.waiting?.resume()
    }
}
