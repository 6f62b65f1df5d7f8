import NIOCore
import SkeinCluster
import SkeinCore
import SkeinWire
import Testing

@testable import SkeinTransport

/// Clients that do not keep up (guarantee G12, fault row 52).
@Suite struct SessionHandlerCongestionTests {
    private func makeClient(
        _ policy: ChannelRules.SlowConsumerPolicy,
        queueSize: Int = 1000
    ) throws -> (LoopHarness, TestClient) {
        var limits = SessionLimits()
        limits.queueSize = queueSize
        let rules = ChannelRules.membership.with {
            $0.slowConsumer = policy
            $0.presence = false
        }
        let harness = LoopHarness(.test(rules, limits: limits))
        let ann = try TestClient(harness).connect(to: "a")
        _ = ann.messages()
        ann.wire.stopReading()
        return (harness, ann)
    }

    private func publish(_ numbers: ClosedRange<Int>, on harness: LoopHarness) {
        for number in numbers {
            harness.publish("\(number)", to: "a")
            harness.run()
        }
    }

    @Test func `what does not fit ends the connection with 3008, behind what the client was given`() throws {
        let (harness, ann) = try self.makeClient(.close)
        self.publish(1...100, on: harness)
        #expect(!ann.session.isOpen)
        ann.wire.startReading()
        harness.run()
        let frames = ann.frames()
        #expect(frames.last?.closeCode == 3008)
        let numbers = frames.dropLast().flatMap { $0.messages(.json) }.compactMap {
            String(decoding: $0, as: UTF8.self).payload.flatMap { Int($0) }
        }
        #expect(numbers == Array(1..<(numbers.count + 1)), "nothing is skipped")
        #expect(harness.loop.hub.topicCount == 0)
        #expect(harness.metrics["skein_disconnects_total{code=3008}"] == 1)
        let dropped = harness.metrics["skein_dropped_total{reason=closed}"]
        #expect(dropped > 0 && harness.metrics["skein_dropped_total{reason=slow_consumer}"] == 0)
    }

    @Test func `others do not notice`() throws {
        let (harness, _) = try self.makeClient(.close)
        let bob = try TestClient(harness, id: "bob").connect(to: "a")
        _ = bob.messages()
        self.publish(1...100, on: harness)
        #expect(bob.payloads() == (1...100).map { "\($0)" })
    }

    @Test func `drop_oldest keeps the connection and the newest publications`() throws {
        let (harness, ann) = try self.makeClient(.dropOldest)
        self.publish(1...100, on: harness)
        #expect(ann.session.isOpen)
        ann.wire.startReading()
        harness.run()
        let numbers = ann.payloads().compactMap { Int($0) }
        #expect(numbers.first == 1, "it was on its way")
        #expect(numbers.count > 5 && numbers.count < 100 && numbers.last == 100)
        #expect(Array(numbers.dropFirst()) == Array((100 - numbers.count + 2)...100))
        #expect(harness.metrics["skein_dropped_total{reason=slow_consumer}"] == Int64(100 - numbers.count))
    }

    @Test func `keep_latest keeps the newest publication alone`() throws {
        let (harness, ann) = try self.makeClient(.keepLatest)
        self.publish(1...100, on: harness)
        ann.wire.startReading()
        harness.run()
        #expect(ann.payloads() == ["1", "100"])
        #expect(harness.metrics["skein_dropped_total{reason=slow_consumer}"] == 98)
    }

    @Test func `keep_latest keeps the newest publication of a turn alone, and counts the others as dropped`() throws {
        let (harness, ann) = try self.makeClient(.keepLatest)
        self.publish(1...1, on: harness)
        for number in 2...5 { harness.publish("\(number)", to: "a") }
        harness.run()
        ann.wire.startReading()
        harness.run()
        #expect(ann.payloads() == ["1", "5"])
        #expect(harness.metrics["skein_dropped_total{reason=slow_consumer}"] == 3, "guarantee G19")
    }

    @Test func `a join behind the newest publication does not drive it out`() throws {
        let (harness, ann) = try self.makeClient(.keepLatest)
        self.publish(1...1, on: harness)
        harness.publish("2", to: "a")
        harness.deliver(.join(ClientInfo(user: "", client: "bob")), to: "a")
        harness.run()
        harness.deliver(.leave(ClientInfo(user: "", client: "bob")), to: "a")
        harness.run()
        ann.wire.startReading()
        harness.run()
        #expect(ann.payloads() == ["1", "2"])
    }

    @Test func `a client that keeps up gets every publication of keep_latest`() throws {
        let (harness, ann) = try self.makeClient(.keepLatest)
        ann.wire.startReading()
        for number in 1...5 { harness.publish("\(number)", to: "a") }
        harness.run()
        self.publish(6...8, on: harness)
        #expect(ann.payloads() == (1...8).map { "\($0)" })
    }

    @Test func `replies are not dropped for a channel, and end the connection when they do not fit`() throws {
        let (harness, ann) = try self.makeClient(.dropOldest)
        self.publish(1...100, on: harness)
        for number in 1...10 { ann.command(#"{"id":\#(number),"ping":{}}"#) }
        harness.run()
        let isOpen = ann.session.isOpen
        ann.wire.startReading()
        harness.run()
        if isOpen { #expect(ann.messages().compactMap { $0.number("id") } == Array(1...10)) }
        let (other, bob) = try self.makeClient(.dropOldest)
        self.publish(1...1, on: other)
        for number in 1...100 {
            bob.command(#"{"id":\#(number),"ping":{}}"#)
            other.run()
        }
        #expect(!bob.session.isOpen)
    }

    @Test func `a close frame waits behind what is on its way, and the output ends when all of it has gone`() throws {
        let (harness, ann) = try self.makeClient(.close)
        self.publish(1...3, on: harness)
        ann.receive(ClientFrame.close(1000))
        harness.run()
        #expect(!ann.wire.hasEndedOutput)
        ann.wire.startReading()
        harness.run()
        #expect(ann.frames().map(\.opcode) == [1, 1, 1, 8])
        #expect(ann.wire.hasEndedOutput)
    }
}
