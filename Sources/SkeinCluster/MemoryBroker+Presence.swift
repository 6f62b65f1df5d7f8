public import SkeinCore

/// A member stays until it leaves: the node whose memory this is would be gone before its members were.
extension MemoryBroker: PresenceBroker {
    public func enter(
        _ member: ClientInfo,
        into topic: Topic,
        announcesLeave: Bool,
        maximumMembers: Int,
        completion: Completion<Bool>
    ) {
        completion.succeed(
            self.withShard(of: topic) { $0.enter(member, into: topic, maximumMembers: maximumMembers) }
        )
    }

    public func leave(_ client: String, from topic: Topic, announcing: Bool, completion: Completion<Bool>) {
        let wasPresent = self.withShard(of: topic) { shard in
            guard let member = shard.leave(client, from: topic) else { return false }
            if announcing { self.sink.deliver(.leave(member), to: topic) }
            return true
        }
        completion.succeed(wasPresent)
    }

    public func presence(of topic: Topic, completion: Completion<[PresenceMember]>) {
        completion.succeed(self.withShard(of: topic) { shard in shard.withPresence(of: topic) { $0.list } } ?? [])
    }

    public func presenceStats(of topic: Topic, completion: Completion<PresenceStats>) {
        let stats = self.withShard(of: topic) { shard in shard.withPresence(of: topic) { $0.stats } }
        completion.succeed(stats ?? PresenceStats(clients: 0, users: 0))
    }
}
