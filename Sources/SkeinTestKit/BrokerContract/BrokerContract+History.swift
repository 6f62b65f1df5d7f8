import SkeinCluster
import SkeinCore

/// Reading a stream in pages.
extension BrokerContract {
    static let historyCases: [Case] = [
        Case("the history of an unknown topic is empty and makes an epoch that stays") { broker in
            let topic = broker.topic()
            let first = try await broker.history(of: topic)
            try ContractViolation.checkEqual(first.publications.count, 0, "publications")
            try ContractViolation.checkEqual(first.position.offset, 0, "offset")
            try ContractViolation.check(!first.position.epoch.isEmpty, "a stream needs an epoch")
            let second = try await broker.history(of: topic)
            try ContractViolation.checkEqual(second.position, first.position, "position when asked again")
            let published = try await broker.publish("1", to: topic)
            try ContractViolation.checkEqual(published, first.position.moved(to: 1), "first position")
        },
        Case("history is read forward page by page") { broker in
            let pages = try await Self.pages(broker, reverse: false)
            try ContractViolation.checkEqual(pages, [[4, 5, 6], [7, 8, 9], [10]], "pages")
        },
        Case("history is read backward page by page") { broker in
            let pages = try await Self.pages(broker, reverse: true)
            try ContractViolation.checkEqual(pages, [[10, 9, 8], [7, 6, 5], [4]], "pages")
        },
        Case("history with a limit of 0 tells the position alone") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 3, to: topic)
            for reverse in [false, true] {
                let history = try await broker.history(of: topic, limit: 0, reverse: reverse)
                try ContractViolation.checkEqual(history.publications.count, 0, "publications")
                try ContractViolation.checkEqual(history.position, top, "position")
            }
        },
        Case("history since a position of another epoch is empty and tells the position") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 3, to: topic)
            for reverse in [false, true] {
                for offset: UInt64 in [0, 2, 3, .max] {
                    let since = StreamPosition(offset: offset, epoch: top.epoch + "x")
                    let history = try await broker.history(of: topic, since: since, reverse: reverse)
                    try ContractViolation.checkEqual(history.publications.count, 0, "publications")
                    try ContractViolation.checkEqual(history.position, top, "position")
                }
            }
        },
        Case("history since a position without an epoch reads the stream that is there") { broker in
            let topic = broker.topic()
            try await broker.publishNumbers(through: 3, to: topic)
            let since = StreamPosition(offset: 2, epoch: "")
            let forward = try await broker.history(of: topic, since: since)
            try ContractViolation.checkEqual(forward.publications.map(\.offset), [3], "offsets forward")
            let backward = try await broker.history(of: topic, since: since, reverse: true)
            try ContractViolation.checkEqual(backward.publications.map(\.offset), [1], "offsets backward")
        },
        Case("history since a position beyond either end of the stream never fails") { broker in
            let topic = broker.topic()
            let top = try await broker.publishNumbers(through: 5, to: topic, retention: .init(keeping: 3))
            for offset: UInt64 in [5, 6, UInt64(Int64.max), .max - 1, .max] {
                let forward = try await broker.history(of: topic, since: top.moved(to: offset))
                try ContractViolation.checkEqual(forward.publications.count, 0, "publications after \(offset)")
                let backward = try await broker.history(of: topic, since: top.moved(to: offset), reverse: true)
                let expected: [UInt64] = offset == 5 ? [4, 3] : [5, 4, 3]
                try ContractViolation.checkEqual(backward.publications.map(\.offset), expected, "before \(offset)")
            }
            for offset: UInt64 in [0, 1, 2] {
                let forward = try await broker.history(of: topic, since: top.moved(to: offset), limit: 2)
                try ContractViolation.checkEqual(forward.publications.map(\.offset), [3, 4], "after \(offset)")
                let backward = try await broker.history(of: topic, since: top.moved(to: offset), reverse: true)
                try ContractViolation.checkEqual(backward.publications.count, 0, "publications before \(offset)")
            }
        },
    ]

    /// Reads the offsets 4 to 10 in pages of 3.
    private static func pages(_ broker: ContractEnvironment, reverse: Bool) async throws -> [[UInt64]] {
        let topic = broker.topic()
        let top = try await broker.publishNumbers(through: 10, to: topic, retention: .init(keeping: 7))
        var pages: [[UInt64]] = []
        var since: StreamPosition?
        while true {
            let page = try await broker.history(of: topic, since: since, limit: 3, reverse: reverse)
            try ContractViolation.checkEqual(page.position, top, "position beside a page")
            guard let last = page.publications.last, pages.count < 10 else { return pages }
            let texts = page.publications.map { "\($0.offset)" }
            try ContractViolation.checkEqual(page.publications.map(\.text), texts, "publications of a page")
            pages.append(page.publications.map(\.offset))
            since = top.moved(to: last.offset)
        }
    }
}
