import NIOCore
import SkeinCore
import SkeinWire
import Testing

@testable import SkeinTransport

/// What time brings: pings, silence, sessions that never begin; and floods, which are a matter of time too.
@Suite struct SessionHandlerTimeTests {
    @Test(arguments: [WireFormat.json, .protobuf])
    func `the server pings within its interval, and a client that answers stays`(format: WireFormat) throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness, format: format)
        let connect =
            format == .json ? ClientFrame.text(#"{"id":1,"connect":{}}"#) : ClientFrame.binary([4, 8, 1, 0x22, 0])
        let pong = format == .json ? ClientFrame.text("{}") : ClientFrame.binary([0])
        ann.receive(connect)
        harness.run()
        _ = ann.frames()
        var pings = 0
        for _ in 0..<120 {
            harness.advance(by: .seconds(1))
            for frame in ann.frames() {
                #expect(frame.payload == format.ping, "nothing but pings")
                pings += 1
                ann.receive(pong)
            }
        }
        #expect((4...5).contains(pings), "120 seconds hold four or five intervals of 25")
        #expect(!ann.wire.isClosed && ann.session.isOpen)
    }

    @Test func `a client that asked for WebSocket pings gets those, and answers with pongs`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness, usesFramePing: true).connect()
        var pings = 0
        for _ in 0..<60 {
            harness.advance(by: .seconds(1))
            for frame in ann.frames() {
                #expect(frame.opcode == 9 && frame.payload.isEmpty)
                pings += 1
                ann.receive(ClientFrame.pong())
            }
        }
        #expect((2...3).contains(pings) && ann.session.isOpen)
    }

    @Test func `a client that does not answer a ping is sent away with 3012`() throws {
        var limits = SessionLimits()
        limits.pongTimeout = .seconds(8)
        let harness = LoopHarness(.test(limits: limits))
        let ann = try TestClient(harness).connect(to: "a")
        var pingedAt = 0
        for second in 1...25 where pingedAt == 0 {
            harness.advance(by: .seconds(1))
            if !ann.frames().isEmpty { pingedAt = second }
        }
        #expect(pingedAt >= 12, "the first ping comes after half an interval or later")
        harness.advance(by: .seconds(6))
        #expect(ann.closeCode() == nil)
        harness.advance(by: .seconds(3))
        #expect(ann.closeCode() == 3012)
        #expect(harness.loop.hub.topicCount == 0)
    }

    @Test func `a pong that nobody asked for ends the session with 3501`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.receive(ClientFrame.text("{}"))
        harness.run()
        #expect(ann.closeCode() == 3501)
    }

    @Test func `a connection that never connects is stale after ten seconds: 3502`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness)
        harness.advance(by: .milliseconds(9900))
        #expect(ann.closeCode() == nil)
        harness.advance(by: .milliseconds(300))
        #expect(ann.closeCode() == 3502)
    }

    @Test func `a session that is connected is not stale`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness)
        harness.advance(by: .seconds(9))
        ann.connect()
        harness.advance(by: .seconds(11))
        #expect(ann.closeCode() == nil)
    }

    @Test func `a subscription of the token that never gets ready makes the session stale`() throws {
        var limits = SessionLimits()
        limits.pingInterval = .seconds(3600)
        let rulebook = ChannelRulebook(rules: .open, personalNamespace: "")
        let policy = SessionPolicy(limits: limits, rulebook: rulebook, allowsAnonymous: true)
        let harness = LoopHarness(policy)
        harness.broker.hold(.subscribe)
        let ann = try TestClient(harness)
        ann.connect(as: Credentials(user: UserID("ann")))
        harness.advance(by: .seconds(11))
        #expect(ann.closeCode() == 3502)
        harness.broker.finishAll()
        harness.run()
        #expect(harness.broker.interests == 0 && harness.loop.hub.topicCount == 0)
    }

    @Test func `a ping is answered with its payload`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.receive(ClientFrame.ping("hello"))
        harness.run()
        let frames = ann.frames()
        #expect(frames.map(\.opcode) == [10] && frames.first?.text == "hello")
    }

    @Test(arguments: [ClientFrame.ping(), ClientFrame.pong()])
    func `a flood of control frames ends the session with 3013 (fault row 11)`(frame: ByteBuffer) throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        for _ in 0..<100 { ann.receive(frame) }
        harness.run()
        #expect(ann.closeCode() == nil, "a burst of a hundred is fine")
        ann.receive(frame)
        harness.run()
        #expect(ann.closeCode() == 3013)
    }

    @Test func `fifty control frames a second are fine for ever`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness, usesFramePing: true).connect()
        for _ in 0..<20 {
            for _ in 0..<50 { ann.receive(ClientFrame.pong()) }
            harness.advance(by: .seconds(1))
        }
        #expect(ann.closeCode() == nil)
    }

    @Test func `pings of a client that does not read do not pile up (fault row 11)`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.wire.stopReading()
        for number in 0..<520 {
            ann.receive(ClientFrame.ping("\(number)"))
            harness.advance(by: .milliseconds(20))
        }
        let isOpen = ann.session.isOpen
        ann.wire.startReading()
        harness.run()
        #expect(ann.frames().filter { $0.opcode == 10 }.count <= 2, "the one on its way, and one that waits")
        #expect(!isOpen, "no progress for ten seconds")
    }

    @Test func `the newest ping of a client that was slow is answered when it reads again (RFC 6455 5.5.3)`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        ann.wire.stopReading()
        for number in 1...3 {
            ann.receive(ClientFrame.ping("\(number)"))
            harness.run()
        }
        ann.wire.startReading()
        harness.run()
        #expect(ann.frames().last?.text == "3")
    }

    @Test func `a session expires with 3005 after the grace of its token`() throws {
        var limits = SessionLimits()
        limits.pingInterval = .seconds(3600)
        let harness = LoopHarness(.test(limits: limits))
        let ann = try TestClient(harness).connect()
        harness.loop.refreshNow()
        ann.session.refresh(isExpired: false, timeLeft: .seconds(60), info: nil)
        harness.run()
        #expect(ann.messages() == [#"{"push":{"refresh":{"expires":true,"ttl":60}}}"#])
        harness.advance(by: .milliseconds(84_900))
        #expect(ann.closeCode() == nil)
        harness.advance(by: .milliseconds(300))
        #expect(ann.closeCode() == 3005)
    }

    @Test func `a session that is refreshed in time stays`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness, usesFramePing: true).connect()
        for _ in 0..<4 {
            harness.loop.refreshNow()
            ann.session.refresh(isExpired: false, timeLeft: .seconds(30), info: nil)
            for _ in 0..<25 {
                harness.advance(by: .seconds(1))
                ann.receive(ClientFrame.pong())
            }
        }
        #expect(ann.closeCode() == nil)
        ann.session.refresh(isExpired: true, timeLeft: nil, info: nil)
        harness.run()
        #expect(ann.closeCode() == 3005)
    }

    @Test func `a subscription of the server expires with 3006`() throws {
        var limits = SessionLimits()
        limits.pingInterval = .seconds(3600)
        let harness = LoopHarness(.test(limits: limits))
        let ann = try TestClient(harness).connect()
        harness.loop.refreshNow()
        ann.session.subscribeByServer(ServerSubscription(channel: "a", timeLeft: .seconds(10))) { _ in }
        harness.advance(by: .milliseconds(34_900))
        #expect(ann.closeCode() == nil)
        harness.advance(by: .milliseconds(300))
        #expect(ann.closeCode() == 3006)
    }

    @Test func `bytes that wait for ten seconds without progress end the session with 3008 (fault row 52)`() throws {
        var limits = SessionLimits()
        limits.pingInterval = .seconds(3600)
        let harness = LoopHarness(.test(limits: limits))
        let ann = try TestClient(harness).connect(to: "a")
        harness.advance(by: .seconds(30))
        ann.wire.stopReading()
        harness.publish("1", to: "a")
        harness.run()
        harness.advance(by: .milliseconds(9900))
        #expect(ann.session.isOpen)
        harness.advance(by: .milliseconds(300))
        #expect(!ann.session.isOpen)
        #expect(harness.metrics["skein_disconnects_total{code=3008}"] == 1)
        ann.wire.startReading()
        harness.run()
        let frames = ann.frames()
        #expect(frames.map(\.opcode) == [1, 8] && frames.last?.closeCode == 3008)
    }

    @Test func `a client that reads a little now and then is not stalled`() throws {
        var limits = SessionLimits()
        limits.pingInterval = .seconds(3600)
        let harness = LoopHarness(.test(limits: limits))
        let ann = try TestClient(harness).connect(to: "a")
        for number in 0..<5 {
            ann.wire.stopReading()
            harness.publish("\(number)", to: "a")
            harness.run()
            harness.advance(by: .seconds(8))
            ann.wire.startReading()
        }
        #expect(ann.payloads() == ["0", "1", "2", "3", "4"])
        #expect(ann.session.isOpen)
    }
}
