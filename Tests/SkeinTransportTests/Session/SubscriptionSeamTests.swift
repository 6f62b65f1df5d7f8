import Foundation
import Metrics
import SkeinCluster
import SkeinCore
import Testing

@testable import SkeinTransport

/// Publications that land while a subscription is being made (fault row 83): whatever the order of what happens in the
/// broker, on the way to the node and on its loop, the client gets every offset behind its position once and in order
/// (guarantees G3 and G4).
@Suite struct SubscriptionSeamTests {
    /// What can happen.
    private enum Step: Character, CaseIterable {
        /// The broker takes the declaration of interest; its answer arrives; it reads the stream; that arrives.
        case interest = "i"
        case confirmation = "c"
        case read = "r"
        case position = "p"
        /// Somebody publishes; an event reaches the node; a turn of the loop ends.
        case publish = "P"
        case delivery = "D"
        case turn = "T"
    }

    /// How the client subscribes.
    enum Way: String, CaseIterable {
        case fresh, recovering, askingWithoutPromise, connectRecovering
    }

    /// Every order of the four steps of a subscription, three publications and their deliveries.
    private static let schedules: [[Step]] = {
        var all: [[Step]] = []
        func extend(_ done: [Step], steps: ArraySlice<Step>, publications: Int, deliveries: Int) {
            if steps.isEmpty, publications == 0, deliveries == 0 { return all.append(done) }
            if let next = steps.first {
                extend(done + [next], steps: steps.dropFirst(), publications: publications, deliveries: deliveries)
            }
            if publications > 0 {
                extend(done + [.publish], steps: steps, publications: publications - 1, deliveries: deliveries)
            }
            if deliveries > publications {
                extend(done + [.delivery], steps: steps, publications: publications, deliveries: deliveries - 1)
            }
        }
        extend([], steps: [.interest, .confirmation, .read, .position], publications: 3, deliveries: 3)
        return all
    }()

    private static func rules(_ way: Way) -> ChannelRules {
        .recoverable.with {
            if way == .askingWithoutPromise {
                $0.recovery = .onRequest
                $0.positioning = .off
            }
        }
    }

    private func perform(_ step: Step, on harness: LoopHarness, reads: HeldBroker.Operation) {
        switch step {
        case .interest: harness.broker.act(.subscribe)
        case .confirmation: harness.broker.finish(.subscribe)
        case .read: harness.broker.act(reads)
        case .position: harness.broker.finish(reads)
        case .publish: harness.publish("0", to: "a")
        case .delivery: harness.broker.deliverNext()
        case .turn: harness.run()
        }
    }

    /// Shared, because making them takes longer than a run.
    private static let metrics = TransportMetrics(factory: NOOPMetricsHandler.instance)

    /// The offsets that the client has got, and the offset that its reply says they start behind.
    private func run(_ schedule: [Step], _ way: Way) throws -> (start: UInt64, offsets: [UInt64]) {
        let harness = LoopHarness(.test(Self.rules(way)), transportMetrics: Self.metrics)
        let ann = try TestClient(harness)
        for _ in 1...2 { harness.publish("0", to: "a") }
        if way != .connectRecovering { ann.connect() }
        harness.broker.hold(.subscribe, .history, .recover)
        harness.broker.holdEvents()
        switch way {
        case .fresh:
            ann.command(#"{"id":2,"subscribe":{"channel":"a"}}"#)
        case .recovering, .askingWithoutPromise:
            ann.command(#"{"id":2,"subscribe":{"channel":"a","recover":true,"epoch":"epoch","offset":1}}"#)
        case .connectRecovering:
            let known = SubscribeRequest(recover: true, position: StreamPosition(offset: 1, epoch: "epoch"))
            let server = [ServerSubscription(channel: "a")]
            ann.connect(as: Credentials(user: UserID("ann"), subscriptions: server), subs: ["a": known])
        }
        for step in schedule { self.perform(step, on: harness, reads: way == .fresh ? .history : .recover) }
        while harness.broker.waitingEvents > 0 { harness.broker.deliverNext() }
        harness.run()
        harness.publish("0", to: "a")
        harness.broker.deliverNext()
        harness.run()
        let messages = ann.messages()
        let reply = try #require(messages.first { $0.contains(#""id":"#) })
        let pushes = messages.filter { $0.contains(#""pub":"#) }
        // Anything besides a reply and the publications behind it makes the offsets wrong.
        guard messages.first == reply, messages.count == 1 + pushes.count else { return (0, []) }
        let inReply = way == .fresh ? [] : Self.recovered(reply)
        let position = try #require(reply.components(separatedBy: #""publications":"#).first?.number("offset"))
        return (position, inReply + pushes.compactMap { $0.number("offset") })
    }

    private static func recovered(_ reply: String) -> [UInt64] {
        let parts = reply.components(separatedBy: #""publications":["#)
        guard parts.count == 2 else { return [] }
        return String("," + parts[1].prefix { $0 != "]" }).numbers("offset")
    }

    @Test(arguments: Way.allCases)
    func `no order of three publications and the steps of a subscription makes a gap or a repetition`(
        way: Way
    ) throws {
        #expect(Self.schedules.count == 1050)
        var failures: [String] = []
        for schedule in Self.schedules {
            for isEager in [true, false] {
                let steps = isEager ? schedule.flatMap { [$0, .turn] } : schedule
                let (start, offsets) = try self.run(steps, way)
                if offsets != Array((start + 1)..<7) {
                    failures.append("\(String(steps.map(\.rawValue))): \(offsets) behind \(start)")
                }
            }
        }
        #expect(failures.isEmpty, "\(failures.count) of \(2 * Self.schedules.count), first \(failures.first ?? "")")
    }
}
