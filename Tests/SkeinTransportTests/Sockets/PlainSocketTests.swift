import NIOCore
import SkeinCluster
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinTransport

/// Connections of a listener that are no channels, from the first byte to the end.
@Suite(.timeLimit(.minutes(1)))
struct PlainSocketTests {
    @Test func `who comes with a plain handshake keeps its socket, and its commands are answered`() async throws {
        try await TransportHarness.run { server in
            let visitor = try await server.enter()
            #expect(await server.plainSockets() == [1])
            let answer = try await visitor.ask(#"{"id":1,"connect":{}}"#)
            #expect(answer.first?.text.hasPrefix(#"{"id":1,"connect":{"client":"#) == true)
        }
    }

    @Test func `frames behind the handshake are read with it`() async throws {
        try await TransportHarness.run { server in
            let peer = try await server.connect()
            var bytes = ByteBuffer(string: TransportHarness.handshake())
            bytes.writeImmutableBuffer(ClientFrame.text(#"{"id":1,"connect":{}}"#))
            try await peer.say(bytes)
            let answer = String(decoding: try await peer.read(upTo: 200), as: UTF8.self)
            #expect(answer.contains("\r\n\r\n") && answer.contains(#"{"id":1,"connect":{"client":"#))
        }
    }

    @Test(arguments: [1, 17, 100])
    func `a handshake in two pieces is taken by a channel, and nothing of it is lost`(cut: Int) async throws {
        try await TransportHarness.run { server in
            let peer = try await server.connect()
            let bytes = Array(TransportHarness.handshake().utf8)
            while await server.plainSockets() != [1] {}
            try await peer.say(ByteBuffer(bytes: bytes[..<cut]))
            while await server.plainSockets() != [0] {}
            try await peer.say(ByteBuffer(bytes: bytes[cut...]))
            let answer = try await peer.read(upTo: 1)
            #expect(answer.starts(with: Array("HTTP/1.1 101 ".utf8)))
        }
    }

    @Test(arguments: [
        (TransportHarness.handshake("/echo"), "101 Switching Protocols"),
        (TransportHarness.handshake("/nothing"), "404 Not Found"),
        ("GET /ws HTTP/1.1\r\nhost: a.example\r\n\r\n", "426 Upgrade Required"),
        ("\u{16}\u{03}\u{01}\u{02}\r\n\r\n", "400 Bad Request"),
    ])
    func `everybody else gets a channel that knows what was said`(request: String, status: String) async throws {
        try await TransportHarness.run { server in
            let peer = try await server.connect()
            try await peer.say(ByteBuffer(string: request))
            let answer = String(decoding: try await peer.read(upTo: 1), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
            #expect(await server.plainSockets() == [0])
        }
    }

    @Test func `who says nothing is told that it is late`() async throws {
        try await TransportHarness.run { server in
            let peer = try await server.connect()
            while await server.plainSockets() != [1] {}
            server.time.advance(by: .seconds(6))
            while await server.plainSockets() != [0] {}
            server.time.advance(by: .seconds(1))
            let answer = String(decoding: try await peer.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
            #expect(server.metrics["skein_handshake_timeouts_total"] == 1)
        }
    }

    @Test func `one connection too many is told when to come back, and places become free again`() async throws {
        try await TransportHarness.run(connectionLimit: 1) { server in
            let first = try await server.enter()
            let answer = String(decoding: try await server.connect().readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") && answer.contains("retry-after: "))
            try await first.peer.close()
            await server.transport.connectionsEnded()
            _ = try await server.enter()
        }
    }

    @Test func `however clients end, nothing of them is left`() async throws {
        try await TransportHarness.run { server in
            let outside = try await [server.connect(), server.connect()]
            let inside = try await [server.enter(), server.enter()]
            for visitor in inside { _ = try await visitor.ask(#"{"id":1,"connect":{}}"#) }
            while await server.plainSockets() != [4] {}
            try await outside[0].close()
            try await outside[1].reset()
            try await inside[0].peer.close()
            try await inside[1].peer.reset()
            await server.transport.connectionsEnded()
            #expect(await server.plainSockets() == [0])
            #expect(await server.transport.counts().clients == 0)
            #expect(server.metrics["skein_connections"] == 0 && server.metrics["skein_sessions"] == 0)
        }
    }

    @Test func `what a client has not taken yet comes whole and in order when it reads`() async throws {
        try await TransportHarness.run(policy: .test(limits: .patient)) { server in
            let slow = try await server.enter()
            _ = try await slow.ask(#"{"id":1,"connect":{}}"#)
            _ = try await slow.ask(#"{"id":2,"subscribe":{"channel":"a"}}"#)
            try await slow.peer.setReading(false)
            // 7 MB: more than the kernel holds for both ends.
            let filler = String(repeating: "x", count: 60_000)
            for number in 0..<120 {
                await server.publish(#"{"number":\#(number),"filler":"\#(filler)"}"#, to: "a")
            }
            var numbers: [UInt64] = []
            _ = try await slow.peer.read(upTo: 120 * 60_000)
            while numbers.count < 120 { numbers += try await slow.frames().flatMap { $0.text.numbers("number") } }
            #expect(numbers == Array(0..<120))
        }
    }

    @Test func `a session that has enough to do is not read from until it has done it`() async throws {
        try await TransportHarness.run { server in
            let visitor = try await server.enter()
            _ = try await visitor.ask(#"{"id":1,"connect":{}}"#)
            let sockets = await server.setReading(false)
            #expect(sockets == 1)
            try await visitor.peer.say(ClientFrame.text(#"{"id":2,"subscribe":{"channel":"a"}}"#))
            for _ in 0..<20 { #expect(await server.transport.counts().subscriptions == 0) }
            _ = await server.setReading(true)
            #expect(try await visitor.frames().first?.text.hasPrefix(#"{"id":2,"subscribe""#) == true)
        }
    }

    @Test func `where the system does not let sockets be watched, connections are channels`() async throws {
        try await TransportHarness.run(loopCount: 2, watchesSockets: false) { server in
            let visitor = try await server.enter()
            #expect(await server.plainSockets() == [0, 0])
            let answer = try await visitor.ask(#"{"id":1,"connect":{}}"#)
            #expect(answer.first?.text.hasPrefix(#"{"id":1,"connect":{"client":"#) == true)
        }
    }

    @Test func `clients are dealt to the loops in turns`() async throws {
        try await TransportHarness.run(loopCount: 3) { server in
            var visitors: [Visitor] = []
            for _ in 0..<9 { visitors.append(try await server.enter()) }
            #expect(await server.plainSockets() == [3, 3, 3])
            for visitor in visitors {
                let answer = try await visitor.ask(#"{"id":1,"connect":{}}"#)
                #expect(answer.count == 1)
            }
            #expect(await server.transport.counts().clients == 9)
        }
    }

    @Test func `a stop ends clients outside and inside`() async throws {
        try await TransportHarness.run { server in
            let outside = try await server.connect()
            let inside = try await server.enter()
            _ = try await inside.ask(#"{"id":1,"connect":{}}"#)
            while await server.plainSockets() != [2] {}
            _ = await server.transport.disconnectAll(code: .shutdown)
            #expect(try await outside.readToEnd() == [])
            #expect(try await inside.frames().last?.closeCode == 3001)
        }
    }
}

extension SessionLimits {
    /// A slow client may wait for much.
    fileprivate static var patient: SessionLimits {
        var limits = SessionLimits()
        limits.queueSize = 64 * 1024 * 1024
        return limits
    }
}
