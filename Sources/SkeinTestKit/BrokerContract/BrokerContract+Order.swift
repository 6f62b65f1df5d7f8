import SkeinCluster
import SkeinCore

/// Publisher order (G7), one order for all (G3), and the seam between recovery and live events (G4).
extension BrokerContract {
    static let orderCases: [Case] = [
        Case("publications of one caller keep the order of its calls") { broker in
            let topic = broker.topic()
            try await broker.subscribe(to: topic)
            let pending = (1...200).map { number in
                broker.startPublishing(Publication(data: Array("\(number)".utf8)), to: topic)
            }
            var offsets: [UInt64] = []
            for result in pending { offsets.append(try await result.value().offset) }
            try ContractViolation.checkEqual(offsets, Array(1...200), "offsets in the order of the calls")
            let heard = try await broker.settledPublications(of: topic)
            try ContractViolation.checkEqual(heard.map(\.text), (1...200).map { "\($0)" }, "publications heard")
        },
        Case("with publishers on many threads each keeps its order and the sink hears the offsets in order") { broker in
            try await Self.manyPublishers(broker)
        },
        Case("joins and leaves arrive in the order of the calls, between the publications") { broker in
            let topic = broker.topic()
            try await broker.subscribe(to: topic)
            var expected: [String] = []
            for number in 1...20 {
                let member = ClientInfo(user: "u\(number)", client: "c\(number)", connectionInfo: [0, 255])
                broker.broker.announce(.join(member), to: topic)
                try await broker.publish("\(number)", to: topic)
                broker.broker.announce(.leave(member), to: topic)
                expected += ["join c\(number)", "\(number)", "leave c\(number)"]
            }
            let heard = try await broker.settledEvents(of: topic)
            try ContractViolation.checkEqual(heard.map(Self.summary), expected, "events heard")
            guard case .join(let first) = heard[0] else { return }
            let original = ClientInfo(user: "u1", client: "c1", connectionInfo: [0, 255])
            try ContractViolation.check(first == original, "a join tells the whole client info")
        },
        Case("a subscriber that recovers while others publish sees no gap and no duplicate") { broker in
            for seed in 1...12 {
                try await Self.seam(broker, seed: UInt64(seed))
            }
        },
        Case("interest lasts until every declaration of it was taken back") { broker in
            let topic = broker.topic()
            try await broker.subscribe(to: topic)
            try await broker.subscribe(to: topic)
            broker.broker.unsubscribe(from: topic)
            try await broker.publish("still heard", to: topic)
            let heard = try await broker.settledPublications(of: topic)
            try ContractViolation.checkEqual(heard.map(\.text), ["still heard"], "publications heard")
            broker.broker.unsubscribe(from: topic)
            try await broker.subscribe(to: topic)
            try await broker.publish("heard again", to: topic)
            let again = try await broker.settledPublications(of: topic)
            try ContractViolation.checkEqual(again.last?.text, "heard again", "last publication heard")
        },
    ]

    private static func summary(of event: TopicEvent) -> String {
        switch event {
        case .publication(let publication): publication.text
        case .join(let info): "join \(info.client)"
        case .leave(let info): "leave \(info.client)"
        }
    }

    private static let publishers = 8
    private static let publicationsEach = 100

    @Sendable
    private static func manyPublishers(_ broker: ContractEnvironment) async throws {
        let topic = broker.topic()
        try await broker.subscribe(to: topic)
        let acknowledged = try await withThrowingTaskGroup(of: [(String, UInt64)].self) { group in
            for publisher in 0..<Self.publishers {
                group.addTask {
                    let texts = (0..<Self.publicationsEach).map { "\(publisher):\($0)" }
                    let pending = texts.map {
                        broker.startPublishing(Publication(data: Array($0.utf8)), to: topic)
                    }
                    var offsets: [UInt64] = []
                    for result in pending { offsets.append(try await result.value().offset) }
                    let isIncreasing = zip(offsets, offsets.dropFirst()).allSatisfy { $0 < $1 }
                    try ContractViolation.check(isIncreasing, "offsets of publisher \(publisher): \(offsets)")
                    return Array(zip(texts, offsets))
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let heard = try await broker.settledPublications(of: topic)
        let count = Self.publishers * Self.publicationsEach
        try ContractViolation.checkEqual(heard.map(\.offset), Array(1...UInt64(count)), "offsets heard")
        try ContractViolation.check(
            acknowledged.allSatisfy { heard[Int($0.1) - 1].text == $0.0 },
            "an acknowledged offset stands for another publication"
        )
        try Self.checkSame(try await broker.history(of: topic).publications, heard)
    }

    /// Publishers are at work; somewhere in between a subscriber declares interest, then recovers from the beginning,
    /// then goes on with what the sink hears after the recovered position.
    @Sendable
    private static func seam(_ broker: ContractEnvironment, seed: UInt64) async throws {
        let topic = broker.topic("seam \(seed)")
        let recovery = try await withThrowingTaskGroup(of: Recovery?.self) { group in
            for publisher in 0..<3 {
                group.addTask {
                    var generator = SeededGenerator(seed: seed &* 31 &+ UInt64(publisher))
                    for number in 0..<60 {
                        try await broker.publish("\(publisher):\(number)", to: topic)
                        await Self.pause(&generator)
                    }
                    return nil
                }
            }
            group.addTask {
                var generator = SeededGenerator(seed: seed)
                for _ in 0..<Int.random(in: 0..<20, using: &generator) { await Self.pause(&generator) }
                try await broker.subscribe(to: topic)
                await Self.pause(&generator)
                return try await broker.recover(topic, since: StreamPosition(offset: 0, epoch: ""))
            }
            var recovery: Recovery?
            for try await result in group where result != nil { recovery = result }
            return recovery
        }
        guard let recovery else { return }
        try ContractViolation.check(recovery.recovered, "nothing was gone, but seed \(seed) was not recovered")
        let live = try await broker.settledPublications(of: topic).filter { $0.offset > recovery.position.offset }
        let seen = recovery.publications + live
        try ContractViolation.checkEqual(seen.map(\.offset), Array(1...180), "offsets seen with seed \(seed)")
        try Self.checkSame(try await broker.history(of: topic).publications, seen)
    }

    private static func pause(_ generator: inout SeededGenerator) async {
        for _ in 0..<Int.random(in: 0..<4, using: &generator) { await Task.yield() }
    }
}
