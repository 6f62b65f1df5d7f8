import NIOCore
import SkeinCluster
import SkeinCore
import SkeinWire
import Testing

@testable import SkeinTransport

/// How connections end: by the client, by the server, by a breach of the protocol, and by nothing at all.
@Suite struct SessionHandlerCloseTests {
    @Test func `the client closes: its code comes back, then the output ends (fault row 9)`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect(to: "a")
        ann.receive(ClientFrame.close(1000))
        harness.run()
        #expect(ann.closeCode() == 1000)
        #expect(ann.wire.hasEndedOutput && !ann.wire.isClosed)
        #expect(harness.loop.hub.topicCount == 0 && harness.loop.directory.count == 0)
    }

    @Test func `a close without a code is answered without a code (RFC 6455 7.1.5)`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.receive(ClientFrame.close(nil))
        harness.run()
        let frames = ann.frames()
        #expect(frames.map(\.opcode) == [8] && frames.first?.payload == [])
    }

    @Test func `the server closes: its code goes out behind the replies, and the client's answer ends the output`()
        throws
    {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.command(#"{"id":2,"ping":{}}"#)
        ann.session.disconnect(.forceReconnect)
        harness.run()
        #expect(ann.frames().map(\.opcode) == [1, 8])
        #expect(!ann.wire.hasEndedOutput)
        ann.receive(ClientFrame.close(3011))
        harness.run()
        #expect(ann.frames().isEmpty, "one close frame")
        #expect(ann.wire.hasEndedOutput)
        #expect(harness.metrics["skein_disconnects_total{code=3011}"] == 1)
    }

    @Test func `a breach of the protocol gets a close frame and ends the output at once (RFC 6455 7.1.7)`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.receive(ClientFrame.frame(1, Array("x".utf8), isMasked: false))
        #expect(ann.closeCode() == 1002)
        #expect(ann.wire.hasEndedOutput)
        #expect(harness.metrics["skein_ws_protocol_errors_total{kind=mask}"] == 1)
        #expect(harness.metrics["skein_disconnects_total{code=1002}"] == 1)
    }

    @Test func `replies that were made before a breach go out in front of the close frame`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        var bytes = ClientFrame.text(#"{"id":2,"ping":{}}"#)
        bytes.writeImmutableBuffer(ClientFrame.frame(3, []))
        ann.receive(bytes)
        harness.run()
        #expect(ann.frames().map(\.opcode) == [1, 8])
    }

    /// Commands of a read are decoded some at a time before they are done, and a control frame comes after them all the same.
    @Test func `all that a client says in one read is done in its order, in front of its close frame`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        var bytes = ByteBuffer()
        for id in 2...201 { bytes.writeImmutableBuffer(ClientFrame.text("{\"id\":\(id),\"ping\":{}}")) }
        bytes.writeImmutableBuffer(ClientFrame.close(1000))
        ann.receive(bytes)
        harness.run()
        let frames = ann.frames()
        let replies = frames.dropLast().flatMap { $0.messages(.json) }
        #expect(replies.map { String(decoding: $0, as: UTF8.self) } == (2...201).map { "{\"id\":\($0),\"ping\":{}}" })
        #expect(frames.last?.closeCode == 1000)
    }

    @Test(arguments: [ClientFrame.close(1000), ClientFrame.frame(3, [])])
    func `what comes after the end is ignored (fault row 9)`(end: ByteBuffer) throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.receive(end)
        harness.run()
        #expect(ann.frames().map(\.opcode) == [8])
        ann.command(#"{"id":2,"ping":{}}"#)
        ann.receive(ClientFrame.ping())
        ann.receive(ClientFrame.close(1000))
        ann.receive(ByteBuffer(repeating: 0xFF, count: 100))
        harness.run()
        #expect(ann.frames().isEmpty)
    }

    @Test func `what comes between the server's close frame and the client's is not answered`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.session.disconnect(.shutdown)
        ann.command(#"{"id":2,"publish":{"channel":"a","data":1}}"#)
        ann.receive(ClientFrame.ping())
        harness.run()
        #expect(ann.frames().map(\.opcode) == [8])
        #expect(harness.metrics["skein_publications_total"] == 0)
    }

    @Test func `commands behind one that ends the session are not done`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.command(#"{"id":0,"ping":{}}"#, #"{"id":2,"publish":{"channel":"a","data":1}}"#)
        harness.run()
        #expect(ann.closeCode() == 3501)
        #expect(harness.metrics["skein_publications_total"] == 0)
    }

    @Test func `a frame that is not a command ends the session with 3501, after the commands before it`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.command(#"{"id":2,"ping":{}}"#, "{")
        harness.run()
        let frames = ann.frames()
        #expect(frames.map(\.opcode) == [1, 8] && frames.last?.closeCode == 3501)
    }

    @Test func `an empty frame ends the session (fault row 11)`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.receive(ClientFrame.text(""))
        harness.run()
        #expect(ann.closeCode() == 3501)
    }

    @Test(arguments: [0, 3, 8, 60] as [Int64])
    func `a client that never answers the close frame is cut off after five seconds, however old the session`(
        age: Int64
    ) throws {
        var limits = SessionLimits()
        limits.pingInterval = .seconds(3600)
        let harness = LoopHarness(.test(limits: limits))
        let ann = try TestClient(harness).connect()
        harness.advance(by: .seconds(age))
        ann.session.disconnect(.shutdown)
        harness.run()
        #expect(ann.closeCode() == 3001)
        harness.advance(by: .milliseconds(4900))
        #expect(!ann.wire.isClosed, "too early")
        harness.advance(by: .milliseconds(300))
        #expect(ann.wire.isClosed)
    }

    @Test(arguments: [0, 60] as [Int64])
    func `a client that keeps its side open after the handshake is cut off after five seconds`(age: Int64) throws {
        var limits = SessionLimits()
        limits.pingInterval = .seconds(3600)
        let harness = LoopHarness(.test(limits: limits))
        let ann = try TestClient(harness).connect()
        harness.advance(by: .seconds(age))
        ann.receive(ClientFrame.close(1000))
        harness.run()
        harness.advance(by: .milliseconds(4900))
        #expect(!ann.wire.isClosed, "too early")
        harness.advance(by: .milliseconds(300))
        #expect(ann.wire.isClosed)
    }

    @Test func `the client's answer to a close frame gives it no more time`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.session.disconnect(.shutdown)
        harness.run()
        harness.advance(by: .seconds(4))
        ann.receive(ClientFrame.close(3001))
        harness.run()
        #expect(ann.wire.hasEndedOutput)
        harness.advance(by: .milliseconds(1300))
        #expect(ann.wire.isClosed)
    }

    @Test func `a connection that just ends undoes everything, once (fault row 9)`() throws {
        let harness = LoopHarness(.test(.membership))
        let ann = try TestClient(harness).connect(to: "a", "b")
        let bob = try TestClient(harness, id: "bob").connect(to: "a")
        _ = bob.messages()
        ann.channel.close(promise: nil)
        harness.run()
        #expect(harness.broker.announcements.filter { $0 == "leave ann" }.count == 2, "one for each channel")
        #expect(harness.broker.engine.counts.members == 1)
        #expect(harness.broker.interests == 1)
        #expect(harness.loop.directory.count == 1)
        #expect(bob.messages() == [#"{"push":{"channel":"a","leave":{"info":{"user":"","client":"ann"}}}}"#])
        #expect(harness.metrics["skein_sessions"] == 1 && harness.metrics["skein_subscriptions"] == 1)
        #expect(harness.loop.timers.all.count == 1)
    }

    @Test func `a session that was closed is not undone again when its connection ends`() throws {
        let harness = LoopHarness(.test(.membership))
        let ann = try TestClient(harness).connect(to: "a")
        ann.session.disconnect(.shutdown)
        harness.run()
        ann.receive(ClientFrame.close(3001))
        harness.run()
        ann.channel.close(promise: nil)
        harness.run()
        #expect(harness.broker.announcements == ["join ann", "leave ann"])
        #expect(harness.metrics["skein_sessions"] == 0 && harness.metrics["skein_subscriptions"] == 0)
        #expect(harness.broker.interests == 0 && harness.broker.engine.counts.members == 0)
        #expect(harness.loop.timers.all.isEmpty)
    }

    @Test func `the node stops: every session is told, connected or not`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        let bob = try TestClient(harness, id: "bob")
        harness.loop.beginStopping()
        harness.loop.endAll(code: .shutdown)
        harness.run()
        #expect(ann.closeCode() == 3001 && bob.closeCode() == 3001)
        #expect(harness.loop.isStopping)
    }

    @Test func `a client that has made a flood of commands wait can still finish the close handshake`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        harness.broker.hold(.subscribe)
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        let line = #"{"id":3,"unsubscribe":{"channel":"a"}}"#
        for _ in 0..<5 { ann.command(Array(repeating: line, count: 60).joined(separator: "\n")) }
        #expect(!ann.isReadFrom)
        ann.session.disconnect(.forceReconnect)
        harness.run()
        #expect(ann.isReadFrom, "the client's close frame has to be read")
    }
}
