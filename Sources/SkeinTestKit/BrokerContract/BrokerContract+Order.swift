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
            for seed in 1...5 {
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
        case .gap(let position): "gap to \(position)"
        }
    }

    private static let publishers = 8
    private static let publicationsEach = 100

    @Sendable
    private static func manyPublishers(_ broker: ContractEnvironment) async throws {
        let topic = broker.topic()
        try await broker.subscribe(to: topic)
        let texts = (0..<Self.publishers).map { publisher in
            (0..<Self.publicationsEach).map { "\(publisher):\($0)" }
        }
        let pending = await broker.onThreads(Self.publishers) { publisher in
            texts[publisher].map { broker.startPublishing(Publication(data: Array($0.utf8)), to: topic) }
        }
        let heard = try await broker.settledPublications(of: topic)
        let count = Self.publishers * Self.publicationsEach
        try ContractViolation.checkEqual(heard.map(\.offset), Array(1...UInt64(count)), "offsets heard")
        for (results, sent) in zip(pending, texts) {
            var newest: UInt64 = 0
            for (result, text) in zip(results, sent) {
                let offset = try await result.value().offset
                try ContractViolation.check(offset > newest, "offset \(offset) of \(text) after \(newest)")
                newest = offset
                let found = heard.indices.contains(Int(offset) - 1) ? heard[Int(offset) - 1].text : nil
                try ContractViolation.checkEqual(found, text, "publication at an acknowledged offset")
            }
        }
        try Self.checkSame(try await broker.history(of: topic).publications, heard)
    }

    /// Publishers are at work; somewhere in between a subscriber declares interest, then recovers from the beginning
    /// many times over. Each recovery, continued with what the sink hears after the recovered position, has to be
    /// everything.
    @Sendable
    private static func seam(_ broker: ContractEnvironment, seed: UInt64) async throws {
        let topic = broker.topic("seam \(seed)")
        var generator = SeededGenerator(seed: seed)
        async let publishing = broker.onThreads(3) { publisher in
            (0..<300).map { number in
                broker.startPublishing(Publication(data: Array("\(publisher):\(number)".utf8)), to: topic)
            }
        }
        for _ in 0..<Int.random(in: 0..<20, using: &generator) { await Task.yield() }
        try await broker.subscribe(to: topic)
        let recovering = await broker.onThreads(1) { _ in (0..<100).map { _ in Self.startRecovering(broker, topic) } }
        for result in await publishing.joined() { _ = try await result.value() }
        let live = try await broker.settledPublications(of: topic)
        for result in recovering.joined() {
            let recovery = try await result.value()
            try ContractViolation.check(recovery.recovered, "nothing was gone, but seed \(seed) was not recovered")
            let seen = recovery.publications + live.filter { $0.offset > recovery.position.offset }
            try ContractViolation.checkEqual(seen.map(\.offset), Array(1...900), "offsets seen with seed \(seed)")
        }
        try Self.checkSame(Array(try await broker.history(of: topic).publications.suffix(live.count)), live)
    }

    private static func startRecovering(_ broker: ContractEnvironment, _ topic: Topic) -> PendingResult<Recovery> {
        broker.start { completion in
            broker.broker.recover(
                topic,
                since: StreamPosition(offset: 0, epoch: ""),
                mode: .stream,
                limit: 1000,
                retention: ContractEnvironment.lasting,
                completion: completion
            )
        }
    }
}
