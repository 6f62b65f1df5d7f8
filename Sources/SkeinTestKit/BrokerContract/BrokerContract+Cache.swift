import SkeinCluster
import SkeinCore

/// Recovery of the newest publication alone, as state rather than as a log.
extension BrokerContract {
    static let cacheCases: [Case] = [
        Case("in cache mode the newest publication is recovered from anywhere") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 5, to: topic, retention: .init(keeping: 2))
            let starts = [
                StreamPosition(offset: 0, epoch: ""), top.moved(to: 0), top.moved(to: 4), top.moved(to: 6),
                top.moved(to: .max), StreamPosition(offset: 5, epoch: ""), StreamPosition(offset: 5, epoch: "x"),
            ]
            for since in starts {
                let recovery = try await broker.recover(topic, since: since, mode: .cache, limit: 1)
                try Self.expect(recovery, [5], at: top)
                try ContractViolation.checkEqual(recovery.publications.first?.text, "5", "publication")
            }
        },
        Case("in cache mode who has the newest position gets nothing") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 2, to: topic)
            try Self.expect(try await broker.recover(topic, since: top, mode: .cache), [], at: top)
        },
        Case("in cache mode without a publication only who has the newest position is recovered") { broker in
            let topic = broker.topic()
            let beginning = StreamPosition(offset: 0, epoch: "")
            let empty = try await broker.recover(topic, since: beginning, mode: .cache)
            try Self.expectFailure(empty, at: empty.position.moved(to: 0))
            try Self.expect(
                try await broker.recover(topic, since: empty.position, mode: .cache),
                [],
                at: empty.position
            )
            let top = try await broker.publishNumbers(through: 2, to: topic)
            try await broker.removeHistory(of: topic)
            try Self.expect(try await broker.recover(topic, since: top, mode: .cache), [], at: top)
            try Self.expectFailure(try await broker.recover(topic, since: top.moved(to: 1), mode: .cache), at: top)
            try Self.expectFailure(try await broker.recover(topic, since: beginning, mode: .cache), at: top)
        },
    ]
}
