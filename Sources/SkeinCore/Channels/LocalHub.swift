/// Which members of one event loop are in which topic.
///
/// Confined to its event loop. A member of a topic is named by its slot, so that joining and leaving are O(1) whatever the
/// number of members: the last member moves into the slot that becomes free, and its owner is told. Generic over the member, which
/// the hub never looks at, and over what the shell keeps for a topic with members.
public struct LocalHub<Member, Attachment> {
    /// A topic with at least one member.
    public final class Group {
        /// Which.
        public let topic: Topic
        /// In no order.
        public var members: [Member] = []
        /// The shell's own.
        public var attachment: Attachment

        @inlinable
        init(topic: Topic, attachment: Attachment) {
            self.topic = topic
            self.attachment = attachment
        }
    }

    @usableFromInline var groups: [Topic: Group] = [:]

    @usableFromInline var count = 0

    /// A hub without members.
    @inlinable
    public init() {}

    /// Where a member is.
    public struct Place {
        /// The topic's group.
        public let group: Group
        /// The index into the group's members.
        public let slot: Int
        /// Whether the topic had no members before.
        public let isFirst: Bool

        @inlinable
        init(group: Group, slot: Int, isFirst: Bool) {
            self.group = group
            self.slot = slot
            self.isFirst = isFirst
        }
    }

    /// Adds the member that `makeMember` makes for its place. `makeAttachment` is called for a topic without members. O(1).
    @inlinable
    public mutating func join(
        _ topic: Topic,
        makeAttachment: () -> Attachment,
        makeMember: (_ group: Group, _ slot: Int) -> Member
    ) -> Place {
        self.count += 1
        if let group = self.groups[topic] {
            let slot = group.members.count
            group.members.append(makeMember(group, slot))
            return Place(group: group, slot: slot, isFirst: false)
        }
        let group = Group(topic: topic, attachment: makeAttachment())
        group.members.append(makeMember(group, 0))
        self.groups[topic] = group
        return Place(group: group, slot: 0, isFirst: true)
    }

    /// Removes the member in a slot. Returns the member that now has this slot, if another one moved there, and whether the
    /// topic has no members left. O(1).
    @inlinable
    public mutating func leave(_ group: Group, slot: Int) -> (moved: Member?, isLast: Bool) {
        precondition(group.members.indices.contains(slot), "leave() of a slot that nobody has")
        self.count -= 1
        let last = group.members.removeLast()
        let hasMoved = slot < group.members.count
        if hasMoved { group.members[slot] = last }
        let isLast = group.members.isEmpty
        if isLast { self.detach(group) }
        return (moved: hasMoved ? last : nil, isLast: isLast)
    }

    /// Forgets the group, whose members can still leave it; the next to join its topic begins another one. O(1).
    @inlinable
    public mutating func detach(_ group: Group) {
        if self.groups[group.topic] === group { self.groups[group.topic] = nil }
    }

    /// The topic's group, if it has members.
    @inlinable
    public func group(of topic: Topic) -> Group? {
        self.groups[topic]
    }

    /// Topics with members. O(1).
    @inlinable
    public var topicCount: Int { self.groups.count }

    /// Members of all topics, also of those that were detached. O(1).
    @inlinable
    public var memberCount: Int { self.count }

    /// Every topic and how many members it has. O(topics).
    public func counts() -> [(topic: Topic, members: Int)] {
        self.groups.values.map { (topic: $0.topic, members: $0.members.count) }
    }
}
