import SkeinCore
import SkeinTestKit
import Testing

@Suite struct LocalHubTests {
    private let news = Topic("news")

    @Test func `the first member makes the group and the last one ends it`() {
        var hub = LocalHub<String, Int>()
        let ann = hub.join(self.news, "ann") { 7 }
        #expect(ann.isFirst && ann.slot == 0 && ann.group.attachment == 7 && ann.group.topic == self.news)
        let bob = hub.join(self.news, "bob") { 8 }
        #expect(!bob.isFirst && bob.slot == 1 && bob.group === ann.group && bob.group.attachment == 7)
        #expect(hub.topicCount == 1)

        let first = hub.leave(bob.group, slot: 1)
        #expect(first.moved == nil && !first.isLast)
        let last = hub.leave(ann.group, slot: 0)
        #expect(last.moved == nil && last.isLast)
        #expect(hub.topicCount == 0 && hub.group(of: self.news) == nil && hub.counts().isEmpty)
    }

    @Test func `the last member moves into the slot that becomes free`() {
        var hub = LocalHub<String, Void>()
        for name in ["a", "b", "c", "d"] { _ = hub.join(self.news, name) {} }
        let group = hub.group(of: self.news)
        #expect(group?.members == ["a", "b", "c", "d"])
        if let group {
            #expect(hub.leave(group, slot: 1).moved == "d")
            #expect(group.members == ["a", "d", "c"])
            #expect(hub.leave(group, slot: 0).moved == "c")
            #expect(hub.leave(group, slot: 1).moved == nil)
            #expect(group.members == ["c"])
        }
    }

    @Test func `an attachment is made once for a group, and anew for the next one`() {
        var hub = LocalHub<Int, Int>()
        var made = 0
        func make() -> Int {
            made += 1
            return made
        }
        let first = hub.join(self.news, 1, attachment: make)
        _ = hub.join(self.news, 2, attachment: make)
        #expect(made == 1)
        _ = hub.leave(first.group, slot: 0)
        _ = hub.leave(first.group, slot: 0)
        let second = hub.join(self.news, 3, attachment: make)
        #expect(made == 2 && second.isFirst && second.group.attachment == 2 && second.group !== first.group)
    }

    @Test func `a member is made for the place that it gets`() {
        var hub = LocalHub<Int, Void>()
        for expected in 0..<3 {
            let makeMember = { (group: LocalHub<Int, Void>.Group, slot: Int) in
                #expect(group.topic == self.news && group.members.count == slot)
                return slot * 10
            }
            let place = hub.join(self.news, makeAttachment: {}, makeMember: makeMember)
            #expect(place.slot == expected && place.group.members[expected] == expected * 10)
        }
    }

    @Test func `topics of two applications and names that look the same stay apart`() {
        var hub = LocalHub<Int, Void>()
        let topics: [Topic] = [
            Topic("\u{E9}"), Topic("e\u{301}"), Topic("\u{E9}", app: AppID("other")), Topic("news"),
        ]
        for (index, topic) in topics.enumerated() {
            for _ in 0...index { #expect(hub.join(topic, index) {}.group.topic == topic) }
        }
        #expect(hub.topicCount == 4)
        #expect(topics.map { hub.group(of: $0)?.members.count } == [1, 2, 3, 4])
        #expect(hub.counts().map(\.members).sorted() == [1, 2, 3, 4])
    }

    /// The shell's side of the contract: it keeps a slot for each membership and updates it when it is told of a move.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `after any history every member is in the slot that it was told`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var hub = LocalHub<Int, Topic>()
        let topics = (0..<12).map { Topic(ChannelName("topic-\($0 / 2)"), app: AppID("app-\($0 % 2)")) }
        var model: [Topic: Set<Int>] = [:]
        var slots: [Topic: [Int: Int]] = [:]
        for step in 0..<10_000 {
            let topic = random.pick(topics)
            let member = Int.random(in: 0..<20, using: &random)
            if let slot = slots[topic]?[member], let group = hub.group(of: topic) {
                let result = hub.leave(group, slot: slot)
                model[topic]?.remove(member)
                slots[topic]?[member] = nil
                if let moved = result.moved { slots[topic]?[moved] = slot }
                #expect(result.isLast == model[topic]?.isEmpty)
            } else {
                let place = hub.join(topic, member) { topic }
                #expect(place.isFirst == (model[topic] ?? []).isEmpty)
                model[topic, default: []].insert(member)
                slots[topic, default: [:]][member] = place.slot
            }
            try Self.compare(hub, topic, members: model[topic] ?? [], slots: slots[topic] ?? [:])
            if step % 500 == 0 {
                #expect(hub.topicCount == model.values.count { !$0.isEmpty })
                #expect(hub.memberCount == model.values.reduce(0) { $0 + $1.count })
                let counts = Dictionary(hub.counts().map { ($0.topic, $0.members) }, uniquingKeysWith: +)
                #expect(counts == model.mapValues(\.count).filter { $0.value > 0 })
            }
        }
    }

    private static func compare(
        _ hub: LocalHub<Int, Topic>,
        _ topic: Topic,
        members: Set<Int>,
        slots: [Int: Int]
    ) throws {
        guard let group = hub.group(of: topic) else {
            try #require(members.isEmpty && slots.isEmpty)
            return
        }
        try #require(group.topic == topic && group.attachment == topic)
        try #require(group.members.count == members.count && Set(group.members) == members)
        try #require(slots.count == members.count && slots.allSatisfy { group.members[$0.value] == $0.key })
    }
}

extension LocalHub {
    /// Adds a member that does not care about its place.
    fileprivate mutating func join(_ topic: Topic, _ member: Member, attachment: () -> Attachment) -> Place {
        self.join(topic, makeAttachment: attachment) { _, _ in member }
    }
}
