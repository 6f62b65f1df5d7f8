import SkeinCluster
import SkeinCore

/// A repeated request publishes once (G8).
extension BrokerContract {
    static let idempotencyCases: [Case] = [
        Case("a repeated idempotency key publishes once and answers with the first position") { broker in
            let topic = broker.topic()
            try await broker.subscribe(to: topic)
            let first = try await broker.publish("a", to: topic, key: .lasting("k"))
            let next = try await broker.publish("b", to: topic, key: .lasting("l"))
            let repeated = try await broker.publish("a", to: topic, key: .lasting("k"))
            try ContractViolation.checkEqual(repeated, first, "position of the repeated publication")
            try ContractViolation.checkEqual(next, first.moved(to: 2), "position with another key")
            let heard = try await broker.settledPublications(of: topic).map(\.text)
            try ContractViolation.checkEqual(heard, ["a", "b"], "publications heard")
            let kept = try await broker.history(of: topic).publications.map(\.text)
            try ContractViolation.checkEqual(kept, ["a", "b"], "publications kept")
        },
        Case("an idempotency key counts for its topic alone") { broker in
            let topics = [broker.topic("a"), broker.topic("b"), broker.topic("a", app: "other")]
            for topic in topics {
                try await broker.publish("0", to: topic)
                let position = try await broker.publish("1", to: topic, key: .lasting("k"))
                try ContractViolation.checkEqual(position.offset, 2, "offset on \(topic)")
            }
        },
        Case("an idempotency key works without history") { broker in
            let topic = broker.topic()
            try await broker.subscribe(to: topic)
            for _ in 0..<3 {
                let position = try await broker.publish("a", to: topic, retention: .none, key: .lasting("k"))
                try ContractViolation.checkEqual(position, StreamPosition(offset: 0, epoch: ""), "position")
            }
            let heard = try await broker.settledPublications(of: topic).map(\.text)
            try ContractViolation.checkEqual(heard, ["a"], "publications heard")
        },
        Case("concurrent publications with one idempotency key publish once") { broker in
            try await Self.racingKeys(broker)
        },
        Case("idempotency keys are told apart by their bytes") { broker in
            let topic = broker.topic()
            let keys = ["\u{E9}", "e\u{301}", "", " ", "\u{0}", "K", "\u{212A}", "a:b", "a"]
            var offsets: [UInt64] = []
            for key in keys + keys {
                offsets.append(try await broker.publish(key, to: topic, key: .lasting(key)).offset)
            }
            let expected = Array(1...UInt64(keys.count))
            try ContractViolation.checkEqual(offsets, expected + expected, "offsets")
        },
        Case("a removed history does not forget idempotency keys") { broker in
            let topic = broker.topic()
            let first = try await broker.publish("a", to: topic, key: .lasting("k"))
            try await broker.removeHistory(of: topic)
            let repeated = try await broker.publish("a", to: topic, key: .lasting("k"))
            try ContractViolation.checkEqual(repeated, first, "position of the repeated publication")
            let kept = try await broker.history(of: topic).publications
            try ContractViolation.checkEqual(kept.count, 0, "publications kept")
        },
    ]

    /// All publishers use the same keys in the same order. Whoever is behind finds its keys taken, which is quick, and
    /// catches up: so they are at the same key at the same time again and again.
    @Sendable
    private static func racingKeys(_ broker: ContractEnvironment) async throws {
        let topic = broker.topic()
        try await broker.subscribe(to: topic)
        let keys = (0..<2000).map { "k\($0)" }
        let pending = await broker.onThreads(4) { _ in
            keys.map { key in
                broker.startPublishing(Publication(data: Array(key.utf8)), to: topic, key: .lasting(key))
            }
        }
        let heard = try await broker.settledPublications(of: topic)
        try ContractViolation.checkEqual(heard.map(\.text).sorted(), keys.sorted(), "publications heard")
        let texts = Dictionary(uniqueKeysWithValues: heard.map { ($0.offset, $0.text) })
        for results in pending {
            for (result, key) in zip(results, keys) {
                let position = try await result.value()
                try ContractViolation.checkEqual(texts[position.offset], key, "publication at an answered position")
            }
        }
    }
}

extension IdempotencyKey {
    /// Remembered longer than any case takes.
    fileprivate static func lasting(_ key: String) -> IdempotencyKey {
        IdempotencyKey(key, window: .seconds(600))
    }
}
