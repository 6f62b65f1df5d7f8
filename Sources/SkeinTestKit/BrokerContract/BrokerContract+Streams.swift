import SkeinCluster
import SkeinCore

/// Integrity (G1), agreement (G2), and what a stream keeps.
extension BrokerContract {
    static let streamCases: [Case] = [
        Case("the first publication of a topic has offset 1 and each next one is one higher") { broker in
            let topic = broker.topic()
            let positions = [
                try await broker.publish("a", to: topic),
                try await broker.publish("b", to: topic),
                try await broker.publish("c", to: topic),
            ]
            try ContractViolation.checkEqual(positions.map(\.offset), [1, 2, 3], "offsets")
            try ContractViolation.checkEqual(Set(positions.map(\.epoch)).count, 1, "epochs")
            try ContractViolation.check(!positions[0].epoch.isEmpty, "a stream needs an epoch")
        },
        Case("publications arrive byte for byte, whatever is in them", Self.integrity),
        Case("a publication without history arrives with offset 0 and has no position") { broker in
            let topic = broker.topic()
            try await broker.subscribe(to: topic)
            let position = try await broker.publish("live", to: topic, retention: .none)
            try ContractViolation.checkEqual(position, StreamPosition(offset: 0, epoch: ""), "position")
            let heard = try await broker.settledPublications(of: topic)
            try ContractViolation.checkEqual(heard.map(\.text), ["live"], "publications heard")
            try ContractViolation.checkEqual(heard.map(\.offset), [0], "offsets heard")
            let history = try await broker.history(of: topic)
            try ContractViolation.checkEqual(history.publications.count, 0, "publications kept")
            try ContractViolation.checkEqual(history.position.offset, 0, "newest offset")
        },
        Case("history holds what the sink heard, at the same offsets") { broker in
            let topic = broker.topic()
            try await broker.subscribe(to: topic)
            try await broker.publishNumbers(through: 20, to: topic)
            let heard = try await broker.settledPublications(of: topic)
            let kept = try await broker.history(of: topic).publications
            try ContractViolation.checkEqual(heard.map(\.text), (1...20).map { "\($0)" }, "publications heard")
            try ContractViolation.checkEqual(heard.map(\.offset), Array(1...20), "offsets heard")
            try Self.checkSame(kept, heard)
            try ContractViolation.check(kept.allSatisfy { $0.time > 0 }, "a publication in a stream needs a time")
        },
        Case("no two topics are one, whatever separators and Unicode forms their names have", Self.injectivity),
        Case("a stream keeps its newest publications up to its size") { broker in
            let topic = broker.topic()
            let position = try await broker.publishNumbers(through: 7, to: topic, retention: .init(keeping: 3))
            let history = try await broker.history(of: topic, retention: .init(keeping: 3))
            try ContractViolation.checkEqual(history.publications.map(\.offset), [5, 6, 7], "offsets kept")
            try ContractViolation.checkEqual(history.publications.map(\.text), ["5", "6", "7"], "publications kept")
            try ContractViolation.checkEqual(history.position, position, "newest position")
        },
        Case("the size that the newest publication comes with is the one that counts") { broker in
            let topic = broker.topic()
            try await broker.publishNumbers(through: 5, to: topic, retention: .init(keeping: 5))
            try await broker.publish("6", to: topic, retention: .init(keeping: 2))
            let fewer = try await broker.history(of: topic)
            try ContractViolation.checkEqual(fewer.publications.map(\.offset), [5, 6], "offsets after the size fell")
            try await broker.publish("7", to: topic, retention: .init(keeping: 4))
            let more = try await broker.history(of: topic)
            try ContractViolation.checkEqual(more.publications.map(\.offset), [5, 6, 7], "offsets after it rose")
        },
        Case("removing the history keeps the epoch and the newest offset") { broker in
            let topic = broker.topic()
            let position = try await broker.publishNumbers(through: 3, to: topic)
            try await broker.removeHistory(of: topic)
            let history = try await broker.history(of: topic)
            try ContractViolation.checkEqual(history.publications.count, 0, "publications kept")
            try ContractViolation.checkEqual(history.position, position, "newest position")
            let next = try await broker.publish("4", to: topic)
            try ContractViolation.checkEqual(next, position.moved(to: 4), "next position")
        },
        Case("removing the history of an unknown topic succeeds") { broker in
            try await broker.removeHistory(of: broker.topic())
            let position = try await broker.publish("1", to: broker.topic())
            try ContractViolation.checkEqual(position.offset, 1, "offset")
        },
    ]

    /// Throws unless both lists hold the same publications in every respect.
    static func checkSame(_ actual: [Publication], _ expected: [Publication], line: Int = #line) throws {
        try ContractViolation.checkEqual(actual.map(\.offset), expected.map(\.offset), "offsets", line: line)
        for (left, right) in zip(actual, expected) {
            let isSame =
                left.data == right.data && left.info == right.info && left.tags == right.tags
                && left.time == right.time && left.allowsDelta == right.allowsDelta
                && left.excludedClient == right.excludedClient
            try ContractViolation.check(isSame, "offset \(left.offset) stands for two publications", line: line)
        }
    }

    private static let payloads: [[UInt8]] = [
        [], [0], Array("{\"a\":\u{0}}".utf8), Array("{not json".utf8), Array("a\r\nb\n".utf8),
        [0xFF, 0xFE, 0xC0, 0x80],
        (0..<65536).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) },
    ]

    @Sendable
    private static func integrity(_ broker: ContractEnvironment) async throws {
        let topic = broker.topic()
        try await broker.subscribe(to: topic)
        let info = ClientInfo(user: "é", client: "c1", connectionInfo: [0, 1], channelInfo: Array("{}".utf8))
        let sent = Self.payloads.enumerated().map { index, data in
            Publication(
                data: data,
                info: index.isMultiple(of: 2) ? info : nil,
                tags: index.isMultiple(of: 3) ? [.init(key: "b", value: ""), .init(key: "a", value: "\u{0}é")] : [],
                allowsDelta: index.isMultiple(of: 2),
                excludedClient: index.isMultiple(of: 3) ? "c2" : nil
            )
        }
        for publication in sent {
            _ = try await broker.startPublishing(publication, to: topic).value()
        }
        let heard = try await broker.settledPublications(of: topic)
        try ContractViolation.checkEqual(heard.count, sent.count, "publications heard")
        for (publication, original) in zip(heard, sent) {
            let expected = original.placed(at: publication.position, time: publication.time)
            try Self.checkSame([publication], [expected])
        }
        try Self.checkSame(try await broker.history(of: topic).publications, heard)
    }

    /// Pairs of application and channel that a careless key would run together, or that Unicode calls equivalent.
    private static let confusableNames: [(app: String, channel: String)] = [
        ("a", "b:c"), ("a:b", "c"), ("a", "b/c"), ("a/b", "c"), ("a", "{b}"), ("{a}", "b"), ("a", "b"), ("a", "b}"),
        ("a", "*"), ("a", "?"), ("a", "[b]"), ("a", "b\\"), ("a", "b "), ("a", "B"), ("a", "ab"), ("aa", "b"),
        ("a", "b\u{0}"), ("a", "b\r\nc"), ("a", "#b"), ("a", "$b"), ("a", "b.c"), ("a", "b_c"), ("a_b", "c"),
        ("a", "\u{E9}"), ("a", "e\u{301}"), ("a", "K"), ("a", "\u{212A}"),
        ("a", String(repeating: "b", count: 255)), ("a", String(repeating: "b", count: 256)),
    ]

    @Sendable
    private static func injectivity(_ broker: ContractEnvironment) async throws {
        let topics = Self.confusableNames.map { broker.topic($0.channel, app: $0.app) }
        for (index, topic) in topics.enumerated() {
            try await broker.subscribe(to: topic)
            let position = try await broker.publish("\(index)", to: topic)
            try ContractViolation.checkEqual(position.offset, 1, "first offset of \(topic)")
            try await broker.enter(ClientInfo(user: "u", client: "\(index)"), into: topic)
        }
        for (index, topic) in topics.enumerated() {
            let kept = try await broker.history(of: topic).publications.map(\.text)
            try ContractViolation.checkEqual(kept, ["\(index)"], "history of \(topic)")
            let heard = try await broker.settledPublications(of: topic).map(\.text)
            try ContractViolation.checkEqual(heard, ["\(index)"], "publications heard on \(topic)")
            let members = try await broker.members(of: topic).map(\.client)
            try ContractViolation.checkEqual(members, ["\(index)"], "presence of \(topic)")
        }
    }
}

extension Retention {
    /// Keeps that many publications, longer than any case takes.
    init(keeping size: Int) {
        self = ContractEnvironment.keeping(size)
    }
}

extension StreamPosition {
    /// Another offset of the same epoch.
    func moved(to offset: UInt64) -> StreamPosition {
        StreamPosition(offset: offset, epoch: self.epoch)
    }
}
