import Logging
import NIOCore
import NIOEmbedded
import SkeinCluster
import SkeinCore
import SkeinTestKit
import SkeinWire
import Synchronization
import Testing

@testable import SkeinTransport

@Suite(.timeLimit(.minutes(1)))
struct AgentCheckTests {
    @Test func `every connection is told the state of its moment, and closed`() async throws {
        try await Self.run { address, current in
            let answers = [(AgentState.ready, "up ready 100%\n"), (.draining, "drain\n"), (.ready, "up ready 100%\n")]
            for (state, expected) in answers {
                current.state.withLock { $0 = state }
                let answer = try await Asker.ask(address)
                #expect(answer == expected)
            }
        }
    }

    @Test func `what the asker sends is ignored, and does not cost it the answer`() async throws {
        try await Self.run { address, _ in
            for _ in 0..<50 {
                let answer = try await Asker.ask(address, sending: 1000)
                #expect(answer == "up ready 100%\n")
            }
        }
    }

    @Test func `one connection too many is closed without an answer, and places become free again`() async throws {
        try await Self.run(AgentCheckLimits(connections: 2, deadline: .seconds(3600))) { address, _ in
            let held = [try await Asker(address), try await Asker(address)]
            for asker in held { #expect(try await asker.wholeAnswer() == "up ready 100%\n") }
            #expect(try await Asker.ask(address) == "")
            for asker in held { await asker.close() }
            while try await Asker.ask(address) == "" {}
        }
    }

    @Test func `connections are no clients: they need no place among them`() async throws {
        // The transport of these tests takes no clients at all.
        try await Self.run { address, _ in
            let asker = try await Asker(address)
            #expect(try await asker.wholeAnswer() == "up ready 100%\n")
            await asker.close()
        }
    }

    @Test func `64 connections, and a second for each`() {
        #expect(AgentCheckLimits().connections == 64)
        #expect(AgentCheckLimits().deadline == .seconds(1))
    }

    @Test func `the line goes out at once, then the end of the stream, and at the deadline the connection is closed`()
        throws
    {
        let connection = try Connection(line: "drain\n")
        #expect(connection.wire.writes == [Array("drain\n".utf8)])
        #expect(connection.wire.hasEndedOutput)
        for _ in 0..<9 {
            connection.eventLoop.advanceTime(by: .milliseconds(100))
            connection.receive("more")
        }
        connection.eventLoop.advanceTime(by: .milliseconds(99))
        #expect(!connection.wire.isClosed)
        connection.eventLoop.advanceTime(by: .milliseconds(1))
        #expect(connection.wire.isClosed)
        #expect(connection.wire.writes.count == 1)
    }

    @Test func `without a line the connection is closed at once`() throws {
        let connection = try Connection(line: nil)
        #expect(connection.wire.isClosed)
        #expect(connection.wire.writes == [])
    }

    @Test func `a connection that fails is closed`() throws {
        let connection = try Connection(line: "drain\n")
        connection.fail(ChannelError.inputClosed)
        #expect(connection.wire.isClosed)
    }

    // MARK: Support

    private final class Current: Sendable {
        let state = Mutex<AgentState>(.ready)
    }

    /// A connection without a socket, with time in the hand of a test.
    private final class Connection {
        let eventLoop = EmbeddedEventLoop()
        let wire = Wire()
        private let channel: EmbeddedChannel

        init(line: String?) throws {
            self.channel = EmbeddedChannel(loop: self.eventLoop)
            try self.channel.pipeline.syncOperations.addHandler(self.wire)
            let handler = AgentCheckHandler(line: line, deadline: .seconds(1))
            try self.channel.pipeline.syncOperations.addHandler(handler)
            self.channel.connect(to: try SocketAddress(ipAddress: "10.0.0.1", port: 1), promise: nil)
        }

        deinit {
            _ = try? self.channel.finish(acceptAlreadyClosed: true)
        }

        func receive(_ text: String) {
            self.channel.pipeline.fireChannelRead(ByteBuffer(string: text))
        }

        func fail(_ error: any Error) {
            self.channel.pipeline.fireErrorCaught(error)
        }
    }

    private static func run(
        _ limits: AgentCheckLimits = AgentCheckLimits(),
        _ body: (SocketAddress, Current) async throws -> Void
    ) async throws {
        let transport = try await Self.transport()
        let current = Current()
        do {
            let listener = try await transport.listenForAgentChecks(host: "127.0.0.1", port: 0, limits: limits) {
                current.state.withLock { $0 }
            }
            try await body(listener.address, current)
            await listener.close()
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    private static func transport() async throws -> Transport {
        let clock = ManualClock().clock
        return try await Transport(
            loopCount: 2,
            connectionLimit: 0,
            policy: .test(),
            origins: .sameHost,
            dependencies: Transport.Dependencies(
                makeBroker: { sink, _ in MemoryBroker(sink: sink, clock: clock) { "epoch" } },
                authenticator: FakeAuthenticator(),
                metrics: TransportMetrics(factory: CountingMetrics()),
                clock: clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        )
    }
}
