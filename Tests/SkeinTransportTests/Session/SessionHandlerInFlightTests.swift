import NIOCore
import SkeinCluster
import SkeinCore
import Testing

@testable import SkeinTransport

/// Things that happen while the broker has not answered yet.
@Suite struct SessionHandlerInFlightTests {
    private static let rules = ChannelRules.membership.with {
        $0.historySize = 10
        $0.historyTTL = .seconds(60)
        $0.recovery = .always
    }

    /// Where a subscription can be when something else happens.
    enum Stage: CaseIterable {
        case interest, presence, position

        var operation: HeldBroker.Operation {
            switch self {
            case .interest: .subscribe
            case .presence: .enter
            case .position: .history
            }
        }
    }

    /// How it goes on afterwards.
    enum Outcome: CaseIterable {
        case succeeds, fails
    }

    private func expectNothingLeft(_ harness: LoopHarness) {
        #expect(harness.loop.hub.topicCount == 0 && harness.dispatcher.topicCount == 0)
        #expect(harness.broker.interests == 0 && harness.broker.engine.counts.members == 0)
        #expect(harness.metrics["skein_subscriptions"] == 0)
    }

    @Test(arguments: Stage.allCases, Outcome.allCases)
    func `a connection that ends while a subscription is being made leaves nothing behind`(
        stage: Stage,
        outcome: Outcome
    ) throws {
        let harness = LoopHarness(.test(Self.rules))
        let ann = try TestClient(harness).connect()
        harness.broker.hold(stage.operation)
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        harness.run()
        #expect(harness.broker.waiting == [stage.operation])
        ann.channel.close(promise: nil)
        harness.run()
        switch outcome {
        case .succeeds: harness.broker.finish(stage.operation)
        case .fails:
            if stage == .interest { harness.broker.act(.subscribe) }
            harness.broker.fail(stage.operation)
        }
        harness.run()
        self.expectNothingLeft(harness)
        #expect(harness.broker.announcements.isEmpty, "nobody has heard of a join")
    }

    @Test(arguments: Stage.allCases)
    func `a session that is closed while a subscription is being made sends nothing behind its close frame`(
        stage: Stage
    ) throws {
        let harness = LoopHarness(.test(Self.rules))
        let ann = try TestClient(harness).connect()
        harness.broker.hold(stage.operation)
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        ann.session.disconnect(.forceReconnect)
        harness.run()
        harness.broker.finish(stage.operation)
        harness.publish("1", to: "a")
        harness.run()
        #expect(ann.frames().map(\.opcode) == [8])
        self.expectNothingLeft(harness)
    }

    @Test(arguments: Stage.allCases)
    func `a step that fails is a temporary error, leaves nothing behind, and can be tried again`(stage: Stage) throws {
        let harness = LoopHarness(.test(Self.rules))
        let ann = try TestClient(harness).connect()
        harness.broker.hold(stage.operation)
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        if stage == .interest { harness.broker.act(.subscribe) }
        harness.broker.fail(stage.operation)
        harness.run()
        let refused = ann.messages()
        #expect(refused.count == 1 && refused.first?.number("code") == 100)
        self.expectNothingLeft(harness)
        ann.command(#"{"id":3,"subscribe":{"channel":"a"}}"#)
        harness.broker.finishAll()
        harness.run()
        #expect(ann.messages().first?.hasPrefix(#"{"id":3,"subscribe""#) == true)
        #expect(harness.broker.engine.counts.members == 1)
    }

    @Test func `a member whose entry may or may not have been made is removed again (guarantee G14)`() throws {
        let harness = LoopHarness(.test(Self.rules))
        let ann = try TestClient(harness).connect()
        harness.broker.hold(.enter)
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        harness.broker.act(.enter)
        harness.broker.fail(.enter, .outcomeUnknown)
        harness.run()
        #expect(ann.messages().first?.number("code") == 100)
        self.expectNothingLeft(harness)
    }

    @Test func `a channel that is full is error 106 and leaves nothing behind`() throws {
        let harness = LoopHarness(.test(Self.rules.with { $0.maximumMembers = 1 }))
        let ann = try TestClient(harness).connect(to: "a")
        let bob = try TestClient(harness, id: "bob").connect()
        #expect(bob.ask(#"{"id":2,"subscribe":{"channel":"a"}}"#).first?.number("code") == 106)
        #expect(harness.loop.hub.group(of: Topic("a"))?.members.count == 1)
        ann.ask(#"{"id":3,"unsubscribe":{"channel":"a"}}"#)
        #expect(bob.ask(#"{"id":3,"subscribe":{"channel":"a"}}"#).first?.hasPrefix(#"{"id":3,"subscribe""#) == true)
    }

    @Test func `commands behind a subscription that is being made wait, and are done in order`() throws {
        let harness = LoopHarness(.test(Self.rules))
        let ann = try TestClient(harness).connect()
        harness.broker.hold(.history)
        ann.command(
            #"{"id":2,"subscribe":{"channel":"a"}}"#,
            #"{"id":3,"publish":{"channel":"a","data":1}}"#,
            #"{"id":4,"ping":{}}"#,
            #"{"id":5,"unsubscribe":{"channel":"a"}}"#,
            #"{"id":6,"subscribe":{"channel":"a"}}"#
        )
        harness.run()
        #expect(ann.messages().isEmpty)
        harness.broker.finish(.history)
        harness.broker.finish(.history)
        harness.run()
        #expect(ann.messages().compactMap { $0.hasPrefix(#"{"id""#) ? $0.number("id") : nil } == [2, 3, 4, 5, 6])
        #expect(harness.broker.engine.counts.members == 1)
    }

    @Test func `a client that makes many commands wait is not read from until they are done`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        harness.broker.hold(.subscribe)
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        func waitMore(_ count: Int) {
            let line = #"{"id":3,"unsubscribe":{"channel":"a"}}"#
            ann.command(Array(repeating: line, count: count).joined(separator: "\n"))
        }
        for _ in 0..<4 { waitMore(63) }
        #expect(ann.isReadFrom)
        waitMore(4)
        #expect(!ann.isReadFrom, "256 wait")
        harness.broker.finishAll()
        harness.run()
        #expect(ann.messages().count == 257)
        #expect(ann.isReadFrom)
    }

    @Test func `a subscriber that joins while interest is being declared waits for the same answer`() throws {
        let harness = LoopHarness()
        let clients = try (0..<3).map { try TestClient(harness, id: "c\($0)").connect() }
        harness.broker.hold(.subscribe)
        for client in clients { client.command(#"{"id":2,"subscribe":{"channel":"a"}}"#) }
        harness.run()
        #expect(harness.broker.subscribeCalls == 1)
        #expect(clients.allSatisfy { $0.messages().isEmpty })
        harness.broker.finish(.subscribe)
        harness.run()
        #expect(clients.allSatisfy { $0.messages() == [#"{"id":2,"subscribe":{}}"#] })
    }

    @Test func `who subscribes again while the failure of the first try is told gets an answer (guarantee G11)`() throws
    {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        let bob = try TestClient(harness, id: "bob").connect()
        harness.broker.hold(.subscribe)
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#, #"{"id":3,"subscribe":{"channel":"a"}}"#)
        bob.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        harness.broker.act(.subscribe)
        harness.broker.fail(.subscribe)
        harness.run()
        harness.broker.finishAll()
        harness.run()
        #expect(ann.messages().compactMap { $0.number("id") } == [2, 3])
        #expect(bob.messages().compactMap { $0.number("id") } == [2])
        let cyd = try TestClient(harness, id: "cyd").connect()
        cyd.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        harness.broker.finishAll()
        harness.run()
        #expect(cyd.messages() == [#"{"id":2,"subscribe":{}}"#], "the channel is not stuck")
    }

    @Test func `the server ends a subscription that is being made: the client hears of both`() throws {
        let harness = LoopHarness(.test(Self.rules))
        let ann = try TestClient(harness).connect()
        harness.broker.hold(.history)
        ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        ann.session.unsubscribeByServer("a", code: .server)
        harness.broker.finish(.history)
        harness.run()
        let messages = ann.messages()
        #expect(messages.count == 2 && messages.first?.hasPrefix(#"{"id":2,"subscribe""#) == true)
        #expect(messages.last?.contains(#""unsubscribe":{"code":2000"#) == true)
        self.expectNothingLeft(harness)
        #expect(harness.broker.announcements.isEmpty)
    }

    @Test func `commands that waited are done one after the other, not inside one another`() throws {
        let harness = LoopHarness()
        let ann = try TestClient(harness).connect()
        harness.broker.hold(.subscribe)
        ann.command(#"{"id":2,"subscribe":{"channel":"first"}}"#, #"{"id":3,"unsubscribe":{"channel":"first"}}"#)
        for _ in 0..<8 {
            let pair = #"{"id":4,"subscribe":{"channel":"a"}}"# + "\n" + #"{"id":5,"unsubscribe":{"channel":"a"}}"#
            ann.command(Array(repeating: pair, count: 32).joined(separator: "\n"))
        }
        harness.broker.release(.subscribe)
        harness.broker.finish(.subscribe)
        harness.run()
        #expect(ann.messages().count == 514)
        let depths = harness.broker.stackDepths.dropFirst()
        #expect(depths.count == 256)
        let span = (depths.max() ?? 0) - (depths.min() ?? 0)
        #expect(span < 64 * 1024, "the stack grew by \(span) bytes: a client decides how deep it gets")
    }
}
