import SkeinCluster
import SkeinCore

/// Recovery is all or nothing, and honest (G5). The table is Centrifugo's, with the greatest offset and foreign epochs
/// added.
extension BrokerContract {
    static let recoveryCases: [Case] = [
        Case("an empty stream is recovered with nothing") { broker in
            let topic = broker.topic()
            let fresh = try await broker.recover(topic, since: StreamPosition(offset: 0, epoch: ""))
            try Self.expect(fresh, [], at: fresh.position.moved(to: 0))
            try ContractViolation.check(!fresh.position.epoch.isEmpty, "a recovery needs an epoch")
            try Self.expect(try await broker.recover(topic, since: fresh.position), [], at: fresh.position)
            let first = try await broker.publish("1", to: topic)
            try ContractViolation.checkEqual(first, fresh.position.moved(to: 1), "first position")
        },
        Case("the newest position is recovered with nothing, also under a limit of 0") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 7, to: topic)
            try Self.expect(try await broker.recover(topic, since: top), [], at: top)
            try Self.expect(try await broker.recover(topic, since: top, limit: 0), [], at: top)
        },
        Case("a position inside the stream is recovered with all that follows") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 10, to: topic, retention: .init(keeping: 10))
            let recovery = try await broker.recover(topic, since: top.moved(to: 8), retention: .init(keeping: 10))
            try Self.expect(recovery, [9, 10], at: top)
            try ContractViolation.checkEqual(recovery.publications.map(\.text), ["9", "10"], "publications")
        },
        Case("recovery reaches back to just before the oldest publication and no further") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 20, to: topic, retention: .init(keeping: 10))
            let oldest = try await broker.recover(topic, since: top.moved(to: 10), retention: .init(keeping: 10))
            try Self.expect(oldest, Array(11...20), at: top)
            for offset: UInt64 in [9, 8, 1, 0] {
                let gone = try await broker.recover(topic, since: top.moved(to: offset), retention: .init(keeping: 10))
                try Self.expectFailure(gone, at: top)
            }
        },
        Case("a position from the future is not recovered, up to the greatest offset") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 5, to: topic)
            for offset: UInt64 in [6, 108, UInt64(Int64.max), UInt64(Int64.max) + 1, .max - 1, .max] {
                for mark in [top.epoch, ""] {
                    let since = StreamPosition(offset: offset, epoch: mark)
                    try Self.expectFailure(try await broker.recover(topic, since: since), at: top)
                }
            }
        },
        Case("a position of another epoch is not recovered") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 5, to: topic)
            let other = try await broker.publish("1", to: broker.topic("other"))
            for epoch in [other.epoch, "x", top.epoch + "x", "\u{0}", String(repeating: "e", count: 10_000)] {
                for offset: UInt64 in [0, 1, 4, 5, 6, .max] {
                    let since = StreamPosition(offset: offset, epoch: epoch)
                    try Self.expectFailure(try await broker.recover(topic, since: since), at: top)
                }
            }
        },
        Case("without an epoch the beginning is recovered as long as nothing is gone") { broker in
            let topic = broker.topic()
            let beginning = StreamPosition(offset: 0, epoch: "")
            let four = try await broker.publishNumbers(through: 4, to: topic, retention: .init(keeping: 4))
            let all = try await broker.recover(topic, since: beginning, retention: .init(keeping: 4))
            try Self.expect(all, [1, 2, 3, 4], at: four)
            let later = try await broker.recover(topic, since: StreamPosition(offset: 3, epoch: ""))
            try Self.expect(later, [4], at: four)
            let five = try await broker.publish("5", to: topic, retention: .init(keeping: 4))
            let gone = try await broker.recover(topic, since: beginning, retention: .init(keeping: 4))
            try Self.expectFailure(gone, at: five)
        },
        Case("a recovery of as many publications as the limit succeeds, of one more it fails") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 10, to: topic)
            try Self.expect(try await broker.recover(topic, since: top.moved(to: 5), limit: 5), Array(6...10), at: top)
            try Self.expectFailure(try await broker.recover(topic, since: top.moved(to: 4), limit: 5), at: top)
            try Self.expectFailure(try await broker.recover(topic, since: top.moved(to: 9), limit: 0), at: top)
        },
        Case("a stream whose history was removed is recovered from its newest position alone") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 3, to: topic)
            try await broker.removeHistory(of: topic)
            try Self.expect(try await broker.recover(topic, since: top), [], at: top)
            try Self.expectFailure(try await broker.recover(topic, since: top.moved(to: 2)), at: top)
            let next = try await broker.publish("4", to: topic)
            try Self.expect(try await broker.recover(topic, since: top), [4], at: next)
        },
        Case("a topic without history recovers nothing") { broker in
            let topic = broker.topic()
            try await broker.publish("live", to: topic, retention: .none)
            let since = StreamPosition(offset: 0, epoch: "")
            let recovery = try await broker.recover(topic, since: since, retention: .none)
            try Self.expectFailure(recovery, at: since)
            let history = try await broker.history(of: topic, retention: .none)
            try ContractViolation.checkEqual(history.position, since, "position without history")
        },
    ]

    /// Throws unless exactly the publications with those offsets were recovered.
    static func expect(
        _ recovery: Recovery,
        _ offsets: [UInt64],
        at position: StreamPosition,
        line: Int = #line
    ) throws {
        try ContractViolation.check(recovery.recovered, "not recovered at \(recovery.position)", line: line)
        try ContractViolation.checkEqual(recovery.publications.map(\.offset), offsets, "offsets", line: line)
        try ContractViolation.checkEqual(recovery.position, position, "position", line: line)
    }

    /// Throws unless nothing was recovered and the position is told all the same.
    static func expectFailure(_ recovery: Recovery, at position: StreamPosition, line: Int = #line) throws {
        try ContractViolation.check(!recovery.recovered, "recovered, although something is missing", line: line)
        try ContractViolation.checkEqual(recovery.publications.count, 0, "publications", line: line)
        try ContractViolation.checkEqual(recovery.position, position, "position", line: line)
    }
}
