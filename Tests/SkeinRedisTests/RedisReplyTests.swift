import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Synchronization
import Testing

@testable import SkeinRedis

/// What becomes of errors, garbage and nonsense that a server answers.
@Suite(.timeLimit(.minutes(2)))
struct RedisReplyTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let line: String
        let code: BrokerError.Code
        let replacesConnection: Bool

        var testDescription: String { self.line }

        static let all: [Refusal] = [
            Refusal("READONLY You can't write against a read only replica.", .unavailable, true),
            Refusal("LOADING Redis is loading the dataset in memory", .unavailable, true),
            Refusal("MASTERDOWN Link with MASTER is down", .unavailable, true),
            Refusal("UNBLOCKED force unblock from blocking operation, instance state changed", .unavailable, true),
            Refusal("NOAUTH Authentication required.", .unavailable, true),
            Refusal("NOPERM this user has no permissions to run the 'fcall' command", .unavailable, true),
            Refusal("ERR Function not found", .unavailable, true),
            Refusal("NOSCRIPT No matching script.", .unavailable, true),
            Refusal("OOM command not allowed when used memory > 'maxmemory'.", .unavailable, false),
            Refusal("MISCONF Redis is configured to save RDB snapshots", .unavailable, false),
            Refusal("NOREPLICAS Not enough good replicas to write.", .unavailable, false),
            Refusal("BUSY Redis is busy running a script.", .unavailable, false),
            Refusal("WRONGTYPE Operation against a key holding the wrong kind of value", .unavailable, false),
            Refusal("WRONGTYPE Operation script: publish, on @user_function:2.", .outcomeUnknown, false),
            Refusal("OOM command not allowed script: publish, on @user_function:2.", .outcomeUnknown, false),
            Refusal("ERR something that nobody knows", .outcomeUnknown, false),
            Refusal("", .outcomeUnknown, false),
        ]

        private init(_ line: String, _ code: BrokerError.Code, _ replacesConnection: Bool) {
            self.line = line
            self.code = code
            self.replacesConnection = replacesConnection
        }
    }

    @Test(arguments: Refusal.all)
    func `a refused publication fails as the error says, and the next one is made`(_ refusal: Refusal) async throws {
        try await Self.run { engine, fake in
            let isFirst = Once()
            fake.answer { command in
                guard Self.calls("publish", command), isFirst.take() else { return .usual }
                return .bytes("-\(refusal.line)\r\n")
            }
            let count = engine.readyCount
            #expect(try await engine.failure { Self.publish(engine, $0) } == refusal.code)
            if refusal.replacesConnection { try await engine.waitUntilReadyAgain(after: count) }
            #expect(try await engine.publish("2", to: "news").offset == 1)
            #expect(fake.connections(.commands) == (refusal.replacesConnection ? 2 : 1))
            #expect(fake.connections(.subscriber) == 1)
        }
    }

    @Test(arguments: [
        "+OK\r\n", ":1\r\n", "$-1\r\n", "*0\r\n", "*-1\r\n", "*1\r\n:1\r\n", "*3\r\n:1\r\n:2\r\n:3\r\n",
        "*2\r\n$1\r\n1\r\n$5\r\nepoch\r\n:5\r\n", "*2\r\n:-1\r\n$5\r\nepoch\r\n", "*2\r\n:1\r\n*0\r\n",
        "*2\r\n:1\r\n$-1\r\n",
    ])
    func `a reply of another form leaves the outcome of a publication open`(_ bytes: String) async throws {
        try await Self.run { engine, fake in
            fake.answer { Self.calls("publish", $0) ? .bytes(bytes) : .usual }
            // A text of digits counts as a number, and what follows the reply was not asked for.
            let code = try await engine.failure { Self.publish(engine, $0) }
            #expect(code == .outcomeUnknown || bytes.hasSuffix(":5\r\n"))
            fake.answer { _ in .usual }
            try await engine.wait()
            try await Self.publishAtLast(engine)
        }
    }

    @Test(arguments: [
        "garbage", "\r\n", "@@@\r\n", "+OK\r\n", ":1\r\n", "-ERR out of the blue\r\n", "*0\r\n", "*2\r\n:1\r\n:2\r\n",
        "$99999999999999999999\r\n", "$20000000\r\n", "*1048577\r\n", "$-2\r\n", "*-7\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", ":99999999999999999999\r\n",
        "\0\0\0\0\0\0",
    ])
    func `what is no reply to anything ends the connection, and another one is made`(_ bytes: String) async throws {
        try await Self.run { engine, fake in
            for role in RedisConnectionRole.allCases {
                let count = engine.readyCount
                try await fake.push(Array(bytes.utf8), to: role)
                try await engine.waitUntilReadyAgain(after: count)
                #expect(fake.connections(role) == 2)
            }
            #expect(try await engine.publish("1", to: "news").offset == 1)
        }
    }

    @Test func `messages for nobody and odd pushes change nothing`() async throws {
        try await Self.run { engine, fake in
            let odd = [
                "*3\r\n$7\r\nmessage\r\n$5\r\nother\r\n$1\r\nx\r\n",
                "*3\r\n$9\r\nsubscribe\r\n$5\r\nother\r\n:7\r\n",
                "*3\r\n$11\r\nunsubscribe\r\n$5\r\nother\r\n:0\r\n",
                "*3\r\n$7\r\nmessage\r\n$0\r\n\r\n$0\r\n\r\n",
            ]
            for bytes in odd { try await fake.push(Array(bytes.utf8), to: .subscriber) }
            try await engine.subscribe(to: "news")
            let topic = "\(engine.prefix):c:default:news"
            let unasked = "*3\r\n$11\r\nunsubscribe\r\n$\(topic.utf8.count)\r\n\(topic)\r\n:0\r\n"
            try await fake.push(Array(unasked.utf8), to: .subscriber)
            try await engine.subscribe(to: "news")
            #expect(fake.connections(.subscriber) == 1)
        }
    }

    @Test func `random bytes on either connection never do more than end it`() async throws {
        try await Self.run { engine, fake in
            var random = SeededGenerator(seed: 11)
            let alphabet = Array("+-:$*0123456789\r\n\r\n".utf8)
            for _ in 0..<100 {
                let bytes = (0..<Int.random(in: 1..<60, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? 0
                }
                try? await fake.push(bytes, to: Bool.random(using: &random) ? .commands : .subscriber)
            }
            for role in RedisConnectionRole.allCases { try? await fake.push(Array("@\r\n@\r\n".utf8), to: role) }
            try await Self.publishAtLast(engine)
            try await engine.wait()
        }
    }

    @Test func `a server that is no master is not used`() async throws {
        try await Self.run { engine, fake in
            fake.answer { $0.first == "ROLE" ? .bytes("*1\r\n$5\r\nslave\r\n") : .usual }
            try await fake.push(Array("@\r\n".utf8), to: .commands)
            try await engine.wait(ready: false)
            var code = try await engine.failure { Self.publish(engine, $0) }
            while code == .outcomeUnknown { code = try await engine.failure { Self.publish(engine, $0) } }
            #expect(code == .unavailable)
            fake.answer { _ in .usual }
            try await engine.wait()
            try await Self.publishAtLast(engine)
        }
    }

    @Test func `a connection that was given up before it had a channel is closed when it gets one`() async throws {
        let fake = try await FakeRedis.start()
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let connection = try await eventLoop.submit {
            let connection = RedisConnection(now: { Clock.system.now() })
            connection.close("given up")
            return NIOLoopBound(connection, eventLoop: eventLoop)
        }.get()
        let connecting = ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(connection.value)
                }
            }
            .connect(host: "127.0.0.1", port: fake.port)
        // Whether that is before or after the channel is connected does not matter.
        await #expect(throws: (any Error).self) {
            try await connecting.get().writeAndFlush(ByteBuffer(string: "PING\r\n")).get()
        }
        try await fake.close()
    }

    // MARK: Helpers

    /// True once.
    private final class Once: Sendable {
        private let isTaken = Atomic(false)

        func take() -> Bool { !self.isTaken.exchange(true, ordering: .relaxed) }
    }

    private static func run(_ body: (TestEngine, FakeRedis) async throws -> Void) async throws {
        let fake = try await FakeRedis.start()
        let engine = try TestEngine(
            fake.endpoint,
            adjust: { settings in
                settings.probeInterval = .seconds(600)
                settings.connectTimeout = .seconds(20)
                settings.commandTimeout = .seconds(20)
            }
        )
        let outcome: Result<Void, any Error>
        do {
            try await engine.wait()
            try await body(engine, fake)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await engine.broker.stop()
        try await fake.close()
        try outcome.get()
    }

    private static func calls(_ function: String, _ command: [String]) -> Bool {
        command.count > 1 && command[0] == "FCALL" && command[1].hasSuffix("_\(function)")
    }

    private static func publish(_ engine: TestEngine, _ completion: Completion<StreamPosition>) {
        engine.broker.publish(
            Publication(data: Array("1".utf8)),
            to: "news",
            retention: .lasting,
            idempotencyKey: nil,
            completion: completion
        )
    }

    /// Publishes until it works: what garbage has left on a connection may end it under a publication.
    private static func publishAtLast(_ engine: TestEngine) async throws {
        while try await engine.failure({ Self.publish(engine, $0) }) != nil { try await engine.wait() }
    }
}
