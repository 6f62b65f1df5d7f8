import SkeinCluster
import SkeinCore

/// What time takes away, and what it leaves.
extension BrokerContract {
    static let lifetimeCases: [Case] = [
        Case("publications are gone when their time has passed since the newest, and the position stays") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 3, to: topic, retention: broker.brief)
            try await broker.advance(by: broker.units(3))
            let history = try await broker.history(of: topic, retention: broker.brief)
            try ContractViolation.checkEqual(history.publications.count, 0, "publications")
            try ContractViolation.checkEqual(history.position, top, "position")
            let next = try await broker.publish("4", to: topic, retention: broker.brief)
            try ContractViolation.checkEqual(next, top.moved(to: 4), "next position")
            let later = try await broker.history(of: topic, retention: broker.brief)
            try ContractViolation.checkEqual(later.publications.map(\.offset), [4], "offsets")
        },
        Case("a new publication lengthens the life of those before it") { broker in
            let topic = broker.topic()
            try await broker.publish("1", to: topic, retention: broker.brief)
            try await broker.advance(by: broker.units(1))
            try await broker.publish("2", to: topic, retention: broker.brief)
            try await broker.advance(by: broker.units(1))
            let history = try await broker.history(of: topic, retention: broker.brief)
            try ContractViolation.checkEqual(history.publications.map(\.offset), [1, 2], "offsets")
        },
        Case("an expired stream is recovered from its newest position alone") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 3, to: topic, retention: broker.brief)
            try await broker.advance(by: broker.units(3))
            try Self.expect(try await broker.recover(topic, since: top, retention: broker.brief), [], at: top)
            for since in [top.moved(to: 2), top.moved(to: 0), StreamPosition(offset: 0, epoch: "")] {
                let recovery = try await broker.recover(topic, since: since, retention: broker.brief)
                try Self.expectFailure(recovery, at: top)
            }
            let state = try await broker.recover(topic, since: top.moved(to: 2), mode: .cache, retention: broker.brief)
            try Self.expectFailure(state, at: top)
        },
        Case("a stream that nobody published to for its meta time begins again with another epoch") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 3, to: topic, retention: broker.brief)
            try await broker.advance(by: broker.units(5))
            let history = try await broker.history(of: topic, retention: broker.brief)
            try ContractViolation.checkEqual(history.position.offset, 0, "newest offset")
            try ContractViolation.check(history.position.epoch != top.epoch, "the epoch stayed")
            let recovery = try await broker.recover(topic, since: top, retention: broker.brief)
            try Self.expectFailure(recovery, at: history.position)
            let next = try await broker.publish("1", to: topic, retention: broker.brief)
            try ContractViolation.checkEqual(next, history.position.moved(to: 1), "next position")
        },
        Case("a meta time shorter than the publications' time does not take the position from them") { broker in
            let topic = broker.topic()
            let retention = Retention(size: 10, ttl: broker.units(4), metaTTL: broker.units(1))
            let top = try await broker.publishNumbers(through: 3, to: topic, retention: retention)
            try await broker.advance(by: broker.units(2))
            let history = try await broker.history(of: topic, retention: retention)
            try ContractViolation.checkEqual(history.publications.map(\.offset), [1, 2, 3], "offsets")
            try ContractViolation.checkEqual(history.position, top, "position")
        },
        Case("an idempotency key is forgotten after its window, which a repetition does not lengthen") { broker in
            let topic = broker.topic()
            let key = IdempotencyKey("k", window: broker.units(2))
            let first = try await broker.publish("a", to: topic, key: key)
            try await broker.advance(by: broker.units(1))
            let repeated = try await broker.publish("a", to: topic, key: key)
            try ContractViolation.checkEqual(repeated, first, "position within the window")
            try await broker.advance(by: broker.units(2))
            let again = try await broker.publish("a", to: topic, key: key)
            try ContractViolation.checkEqual(again, first.moved(to: 2), "position after the window")
            let fourth = try await broker.publish("a", to: topic, key: key)
            try ContractViolation.checkEqual(fourth, again, "position within the next window")
        },
    ]
}

extension ContractEnvironment {
    /// Publications live for 2 units of time, the epoch for 4.
    fileprivate var brief: Retention { Retention(size: 10, ttl: self.units(2), metaTTL: self.units(4)) }
}
