import NIOCore
import SkeinCluster
import SkeinCore

/// The members that this node has in presence, and what Redis still has to be told of them.
///
/// Confined to the event loop of the link. The only place that knows what should be there: Redis has what the newest lease was told, and
/// after a new lease, or a command whose outcome nobody knows, the ledger tells it again. Members are not refreshed one by
/// one; the node's lease keeps them all.
final class PresenceLedger {
    private struct Member {
        let info: ClientInfo
        let announcesLeave: Bool
    }

    private enum Debt {
        case leave(announcing: Bool)
        case enter(announcing: Bool)
    }

    private let commands: RedisCommands
    private let keys: RedisKeys
    private let functions: RedisFunctions
    private var members: [Topic: [String: Member]] = [:]
    /// What Redis may not have heard: leaves, and enters of members who are put back.
    private var owed: [Topic: [String: Debt]] = [:]
    /// The lease that members belong to; nil while there is none.
    private var owner: String?
    private var unanswered = 0
    private var onQuiet: [() -> Void] = []

    /// Members on this node.
    private(set) var count = 0

    /// Redis says that the lease is over.
    var onStaleLease: () -> Void = {}

    init(commands: RedisCommands, keys: RedisKeys, functions: RedisFunctions) {
        self.commands = commands
        self.keys = keys
        self.functions = functions
    }

    // MARK: Members

    /// See ``PresenceBroker/enter(_:into:announcesLeave:maximumMembers:completion:)``.
    func enter(
        _ info: ClientInfo,
        into topic: Topic,
        announcesLeave: Bool,
        maximumMembers: Int,
        completion: Completion<Bool>
    ) {
        guard let owner else { return completion.fail(BrokerError(.unavailable, "the node has no lease")) }
        let member = Member(info: info, announcesLeave: announcesLeave)
        self.insert(member, into: topic)
        self.send(member, into: topic, owner: owner, maximumMembers: maximumMembers, announcing: false) { result in
            switch result {
            case .success(let isAccepted):
                if !isAccepted { self.remove(info.client, from: topic) }
                completion.succeed(isAccepted)
            case .failure(let failure):
                // The caller takes it back, which is told to Redis whatever became of this.
                completion.fail(failure.brokerError)
            }
        }
    }

    /// See ``PresenceBroker/leave(_:from:announcing:completion:)``. Succeeds also when Redis is away: it will be told.
    func leave(_ client: String, from topic: Topic, announcing: Bool, completion: Completion<Bool>) {
        let wasHere = self.remove(client, from: topic)
        guard let owner else {
            // Nobody is in presence by a lease that there is not.
            return completion.succeed(wasHere)
        }
        self.sendLeave([client], from: topic, owner: owner, announcing: announcing) { result in
            switch result {
            case .success(let removed): completion.succeed(removed > 0)
            case .failure: completion.succeed(wasHere)
            }
        }
    }

    private func insert(_ member: Member, into topic: Topic) {
        self.owed[topic]?[member.info.client] = nil
        if self.members[topic, default: [:]].updateValue(member, forKey: member.info.client) == nil { self.count += 1 }
    }

    @discardableResult
    private func remove(_ client: String, from topic: Topic) -> Bool {
        guard self.members[topic]?.removeValue(forKey: client) != nil else { return false }
        self.count -= 1
        if self.members[topic]?.isEmpty ?? false { self.members[topic] = nil }
        return true
    }

    // MARK: The lease

    /// The node has another lease: everybody who is here is told to Redis again, with a join if the others have seen them leave.
    func leaseBegan(_ owner: String, announcingJoins: Bool) {
        self.owner = owner
        // What the old lease owes is done by whoever sweeps it.
        self.owed = [:]
        for (topic, members) in self.members {
            for member in members.values {
                let isAnnounced = announcingJoins && member.announcesLeave
                self.putBack(member, into: topic, owner: owner, announcing: isAnnounced)
            }
        }
    }

    private func putBack(_ member: Member, into topic: Topic, owner: String, announcing: Bool) {
        self.send(member, into: topic, owner: owner, maximumMembers: 0, announcing: announcing) { result in
            guard case .failure(let failure) = result, failure.isWorthRepeating, self.owner == owner else { return }
            self.owed[topic, default: [:]][member.info.client] = .enter(announcing: announcing)
        }
    }

    /// The lease is over and there is no other yet.
    func leaseEnded() {
        self.owner = nil
    }

    /// Whether Redis may have members of this node that are not here.
    var owesLeaves: Bool { self.count > 0 || !self.owed.isEmpty }

    /// Tells what Redis may not have heard. Called when the link is back, and about once a second.
    func payDebts() {
        guard let owner, !self.owed.isEmpty, self.commands.isUp else { return }
        let owed = self.owed
        self.owed = [:]
        for (topic, clients) in owed {
            for (client, debt) in clients {
                switch debt {
                case .leave(let announcing):
                    self.sendLeave([client], from: topic, owner: owner, announcing: announcing) { _ in }
                case .enter(let announcing):
                    guard let member = self.members[topic]?[client] else { continue }
                    self.putBack(member, into: topic, owner: owner, announcing: announcing)
                }
            }
        }
    }

    /// Calls `body` when Redis has answered everything that it was told.
    func whenQuiet(_ body: @escaping () -> Void) {
        guard self.unanswered > 0 else { return body() }
        self.onQuiet.append(body)
    }

    // MARK: Commands

    private func send(
        _ member: Member,
        into topic: Topic,
        owner: String,
        maximumMembers: Int,
        announcing: Bool,
        then: @escaping (Result<Bool, RedisFailure>) -> Void
    ) {
        let part = RedisKeys.topicPart(topic)
        let info = member.info
        self.unanswered += 1
        self.commands.send { writer in
            writer.call(
                self.functions.enter,
                keys: [self.keys.presence(part), self.keys.users(part), self.keys.index(owner)],
                arguments: 9
            )
            writer.append(owner)
            writer.append(info.client)
            writer.append(info.user)
            writer.append(byteCount: Envelope.infoSize(of: info)) { Envelope.writeInfo(info, into: &$0) }
            writer.append(member.announcesLeave ? 1 : 0)
            writer.append(maximumMembers)
            writer.append(RedisKeys.indexEntry(part, info.client))
            writer.append(self.keys.channel(part))
            writer.append(announcing ? 1 : 0)
        } reply: { result in
            if case .failure(.refused(let reply)) = result, reply.category == .stale { self.onStaleLease() }
            then(
                result.flatMap { value in
                    value.integer.map { .success($0 == 1) } ?? .failure(.unexpectedReply("enter has no number"))
                }
            )
            self.answered()
        }
    }

    private func sendLeave(
        _ clients: [String],
        from topic: Topic,
        owner: String,
        announcing: Bool,
        then: @escaping (Result<Int64, RedisFailure>) -> Void
    ) {
        self.unanswered += 1
        self.commands.leave(
            clients,
            from: RedisKeys.topicPart(topic),
            owner: owner,
            announcing: announcing ? .always : .never,
            keys: self.keys,
            functions: self.functions
        ) { result in
            if case .failure(let failure) = result, failure.isWorthRepeating, self.owner == owner {
                for client in clients where self.members[topic]?[client] == nil {
                    self.owed[topic, default: [:]][client] = .leave(announcing: announcing)
                }
            }
            then(result)
            self.answered()
        }
    }

    private func answered() {
        self.unanswered -= 1
        guard self.unanswered == 0 else { return }
        let waiting = self.onQuiet
        self.onQuiet = []
        for body in waiting { body() }
    }
}
