import NIOCore
import NIOEmbedded
import NIOHTTP1
import SkeinCore
import SkeinTestKit
import SkeinWire
import Testing

@testable import SkeinTransport

/// The first request of a connection: let in from its bytes, or handed on as it came.
@Suite struct WebSocketDoorTests {
    private final class Visitor {
        let channel: EmbeddedChannel

        init(_ harness: LoopHarness) throws {
            harness.loop.refreshNow()
            self.channel = EmbeddedChannel(loop: harness.eventLoop)
            let reception = Reception(loop: harness.loop, router: TestPaths(), origins: { .sameHost })
            let deadline = harness.loop.now + harness.loop.policy.limits.handshakeTimeout
            let door = WebSocketDoor(reception: reception, deadline: deadline)
            try self.channel.pipeline.syncOperations.addHandler(door)
            self.channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 4711), promise: nil)
        }

        deinit {
            _ = try? self.channel.finish(acceptAlreadyClosed: true)
        }

        func send(_ bytes: ByteBuffer) {
            self.channel.pipeline.fireChannelRead(bytes)
            self.channel.pipeline.fireChannelReadComplete()
            self.channel.embeddedEventLoop.run()
        }

        func send(_ text: String) { self.send(ByteBuffer(string: text)) }

        func answer() -> String {
            var answer = ""
            while let bytes = try? self.channel.readOutbound(as: ByteBuffer.self) { answer += String(buffer: bytes) }
            return answer
        }

        func has<Handler: ChannelHandler>(_ type: Handler.Type) -> Bool {
            (try? self.channel.pipeline.syncOperations.handler(type: type)) != nil
        }
    }

    private static func request(_ path: String = "/ws", _ more: String = "") -> String {
        """
        GET \(path) HTTP/1.1\r\nhost: a.example\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(more)\r\n
        """
    }

    @Test func `a plain handshake is answered without an HTTP parser`() throws {
        let visitor = try Visitor(LoopHarness())
        visitor.send(Self.request())
        let answer = visitor.answer()
        #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(answer.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
        #expect(visitor.has(SessionHandler.self))
        #expect(!visitor.has(WebSocketDoor.self) && !visitor.has(FrontDoor.self))
    }

    @Test(arguments: ["", "sec-websocket-protocol: centrifuge-protobuf\r\n"])
    func `a handshake gets the same answer whole and in pieces`(more: String) throws {
        let bytes = Array(Self.request("/ws", more).utf8)
        let whole = try Visitor(LoopHarness())
        whole.send(ByteBuffer(bytes: bytes))
        let answer = whole.answer()
        for cut in stride(from: 1, to: bytes.count, by: 7) {
            let pieces = try Visitor(LoopHarness())
            pieces.send(ByteBuffer(bytes: bytes[..<cut]))
            #expect(pieces.has(FrontDoor.self), "whoever does not come at once speaks HTTP")
            pieces.send(ByteBuffer(bytes: bytes[cut...]))
            #expect(pieces.answer() == answer, "cut after \(cut)")
            #expect(pieces.has(SessionHandler.self) && !pieces.has(FrontDoor.self))
        }
    }

    @Test func `frames behind the handshake reach the session`() throws {
        let harness = LoopHarness()
        let visitor = try Visitor(harness)
        var bytes = ByteBuffer(string: Self.request())
        bytes.writeImmutableBuffer(ClientFrame.text(#"{"id":1,"connect":{}}"#))
        visitor.send(bytes)
        #expect(visitor.answer().contains(#"{"id":1,"connect":{"client":"#))
    }

    @Test func `an echo path gets an echo`() throws {
        let visitor = try Visitor(LoopHarness())
        visitor.send(Self.request("/echo"))
        #expect(visitor.has(EchoHandler.self))
        #expect(visitor.answer().hasPrefix("HTTP/1.1 101 "))
    }

    @Test(arguments: [
        (request("/ws", "origin: https://b.example\r\n"), "403 Forbidden"),
        (request("/nothing"), "404 Not Found"),
        (request("/ws", "host: b.example\r\n"), "400 Bad Request"),
        (request("/ws", "content-length: 3\r\n") + "abc", "400 Bad Request"),
        ("GET /ws HTTP/1.1\r\nhost: a.example\r\n\r\n", "426 Upgrade Required"),
        ("\u{16}\u{03}\u{01}\u{02}\r\n\r\n", "400 Bad Request"),
    ])
    func `what is not let in is refused by the HTTP server behind`(request: String, status: String) throws {
        let visitor = try Visitor(LoopHarness())
        visitor.send(request)
        let answer = visitor.answer()
        #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
        #expect(!visitor.has(SessionHandler.self))
    }

    @Test func `a loop that takes no handshakes says so`() throws {
        let harness = LoopHarness()
        harness.loop.acceptsHandshakes = false
        let visitor = try Visitor(harness)
        visitor.send(Self.request())
        let answer = visitor.answer()
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.lowercased().contains("retry-after: 1\r\n"))
    }

    @Test func `a client that is one too many in a second is counted and told once`() throws {
        let harness = LoopHarness(.test(admission: AdmissionLimits(rate: 1, burst: 1)))
        let visitors = try (0..<3).map { _ in try Visitor(harness) }
        for visitor in visitors { visitor.send(Self.request()) }
        let answers = visitors.map { $0.answer() }
        #expect(answers[0].hasPrefix("HTTP/1.1 101 "))
        #expect(answers[1...].allSatisfy { $0.hasPrefix("HTTP/1.1 503 ") })
        #expect(harness.metrics["skein_handshake_rejected_total{reason=rate}"] == 2)
    }

    @Test func `who says nothing is told so when the time is over`() throws {
        let harness = LoopHarness()
        let visitor = try Visitor(harness)
        harness.advance(by: harness.loop.policy.limits.handshakeTimeout + .milliseconds(200))
        #expect(visitor.answer().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `who begins late has no more time than who begins at once`() throws {
        let harness = LoopHarness()
        let visitor = try Visitor(harness)
        harness.advance(by: harness.loop.policy.limits.handshakeTimeout - .milliseconds(200))
        visitor.send("GET /ws HT")
        #expect(visitor.answer().isEmpty)
        harness.advance(by: .milliseconds(400))
        #expect(visitor.answer().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `who says nothing is cut when the node stops`() throws {
        let harness = LoopHarness()
        let visitor = try Visitor(harness)
        harness.loop.beginStopping()
        harness.loop.endAll(code: .shutdown)
        harness.run()
        #expect(!visitor.channel.isActive)
    }

    @Test func `a stopping node lets nobody in`() throws {
        let harness = LoopHarness()
        let visitor = try Visitor(harness)
        harness.loop.beginStopping()
        visitor.send(Self.request())
        #expect(visitor.answer().hasPrefix("HTTP/1.1 503 "))
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `whatever is let in from its bytes is read in the same way by the HTTP parser`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            var bytes = Array(Self.request("/ws?a=b", "x-a: \t b c\r\n").utf8)
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = UInt8.random(in: 0x20...0x7E, using: &generator)
            }
            guard let head = bytes.withUnsafeBytes({ HandshakeHead($0) }) else { continue }
            let channel = EmbeddedChannel()
            let decoder = HTTPRequestDecoder(
                leftOverBytesStrategy: .forwardBytes,
                limitConfiguration: HTTPPipeline.limits
            )
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            let part = try channel.readInbound(as: HTTPServerRequestPart.self)
            guard case .head(let parsed)? = part else {
                Issue.record("the parser does not take it: \(String(decoding: bytes, as: UTF8.self))")
                continue
            }
            #expect(parsed.method == .GET && parsed.uri == head.target && parsed.version == .http1_1)
            #expect(parsed.headers.map(\.name) == head.headers.map(\.name))
            #expect(parsed.headers.map(\.value) == head.headers.map(\.value))
            _ = try? channel.finish(acceptAlreadyClosed: true)
        }
    }
}
