import SkeinCluster
import SkeinCore
import SkeinTestKit

/// What a node's sessions heard of a stream.
extension RecordingSink {
    func waitForPublication(_ text: String, of topic: Topic) async throws {
        try await self.waitForEvent(of: topic) { event in
            if case .publication(let publication) = event { publication.text == text } else { false }
        }
    }

    func waitForGap(of topic: Topic) async throws {
        try await self.waitForEvent(of: topic) { event in
            if case .gap = event { true } else { false }
        }
    }

    func waitForLeave(_ client: String, of topic: Topic) async throws {
        try await self.waitForEvent(of: topic) { event in
            if case .leave(let info) = event { info.client == client } else { false }
        }
    }

    func waitForJoin(_ client: String, of topic: Topic) async throws {
        try await self.waitForEvent(of: topic) { event in
            if case .join(let info) = event { info.client == client } else { false }
        }
    }

    /// The events as short texts: `7`, `gap`, `+client`, `-client`; marks are left out.
    func story(of topic: Topic) -> [String] {
        self.events(of: topic).compactMap { event in
            switch event {
            case .publication(let publication): publication.text.hasPrefix("mark") ? nil : publication.text
            case .gap: "gap"
            case .join(let info): "+\(info.client)"
            case .leave(let info): "-\(info.client)"
            }
        }
    }

    /// The ``story(of:)`` when everything that `publisher` has sent so far has arrived: a last message is sent after it.
    func settledStory(of topic: Topic, publisher: TestEngine) async throws -> [String] {
        let mark = "mark \(UInt64.random(in: 0 ... .max))"
        try await publisher.publish(mark, to: topic, retention: .none)
        try await self.waitForPublication(mark, of: topic)
        return self.story(of: topic)
    }
}

extension ClosedRange<Int> {
    /// The ``RecordingSink/story(of:)`` of these numbers, once each and in order.
    var story: [String] { self.map { "\($0)" } }
}
