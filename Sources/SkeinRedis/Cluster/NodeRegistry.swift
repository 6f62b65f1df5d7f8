import Logging
import NIOCore
import SkeinCluster
import SkeinCore

/// The node's lease: joins, gives signs of life, finds out when it was taken for dead.
///
/// Confined to the event loop of the link. A lease ends in three ways. *Gone*: the others saw no sign of life for too long and removed the node's
/// members; the node joins again and puts back those who are still here. *Wiped or replaced*: Redis has forgotten, or is another one
/// than before; the same, but nobody saw anybody leave. *Fenced*: another process joined under the same name; this one has to go.
final class NodeRegistry {
    /// The node's lease.
    struct Lease: Equatable {
        var uuid: String
        var id: Int
        var generation: Int

        /// Names the lease in presence.
        var owner: String { "\(self.id).\(self.generation)" }
    }

    private let commands: RedisCommands
    private let keys: RedisKeys
    private let functions: RedisFunctions
    private let settings: RedisSettings
    private let logger: Logger
    private let now: () -> MonotonicInstant
    private let name: String
    private let wantedID: Int?
    private let describe: () -> NodeDescription
    private let measure: () -> NodeStatistics
    private(set) var lease: Lease?
    /// The Redis history that the lease belongs to.
    private var leaseTag = ""
    private var isBusy = false
    private var nextBeat = MonotonicInstant(nanoseconds: 0)
    /// What the node says of itself has changed since the last sign of life set out.
    private var owesBeat = false
    private var hasEnded = false
    /// Presence said that the lease is over: if the next sign of life is welcome all the same, another lease is needed.
    private var isSuspicious = false
    /// The ring's epoch as of the last answer.
    private(set) var epoch = 0

    /// The node has a lease, or another one than before; `wasReaped` when the others have seen its members leave.
    var onLease: (_ lease: Lease, _ wasReaped: Bool) -> Void = { _, _ in }
    /// There is no lease until ``onLease``.
    var onLeaseEnded: () -> Void = {}
    /// Another process has joined under this node's name.
    var onFenced: () -> Void = {}
    /// Leases of dead nodes wait to have their members removed.
    var onSweepWaiting: () -> Void = {}
    /// The ring has changed.
    var onRingChanged: (_ epoch: Int) -> Void = { _ in }

    init(
        commands: RedisCommands,
        keys: RedisKeys,
        functions: RedisFunctions,
        settings: RedisSettings,
        identity: RedisBroker.Identity,
        logger: Logger,
        now: @escaping () -> MonotonicInstant
    ) {
        self.commands = commands
        self.keys = keys
        self.functions = functions
        self.settings = settings
        self.name = identity.name
        self.wantedID = identity.id
        self.describe = identity.describe
        self.measure = identity.measure
        self.logger = logger
        self.now = now
    }

    // MARK: Signs of life

    /// A new connection: the lease is checked at once, or given up when this is another Redis than the one that gave it.
    func linkRestored() {
        self.isBusy = false
        if self.lease != nil, self.commands.tag != self.leaseTag {
            self.endLease()
            return self.join(wasReaped: false)
        }
        self.nextBeat = self.now()
        self.tick()
    }

    /// Called some times a second.
    func tick() {
        guard !self.hasEnded, !self.isBusy, self.commands.isUp, self.now() >= self.nextBeat else { return }
        guard let lease else { return self.join(wasReaped: false) }
        self.beat(lease)
    }

    /// Tells the others at once what has changed.
    func announceChange() {
        self.owesBeat = true
        self.nextBeat = self.now()
        self.tick()
    }

    /// Somebody says that the ring has changed: the next sign of life, whose answer has the epoch, comes soon. Not at once, for then
    /// all nodes would give theirs at the same time.
    func ringChanged() {
        let soon = self.now() + self.settings.heartbeat * Double.random(in: 0...0.2)
        self.nextBeat = min(self.nextBeat, soon)
    }

    private func scheduleBeat() {
        self.isBusy = false
        let interval = self.settings.heartbeat
        // Nodes that were started together do not stay together.
        self.nextBeat = self.owesBeat ? self.now() : self.now() + interval * Double.random(in: 0.9...1)
    }

    private func endLease() {
        self.lease = nil
        self.onLeaseEnded()
    }

    private func join(wasReaped: Bool) {
        self.isBusy = true
        let tag = self.commands.tag
        self.call(self.functions.join, arguments: 6) { writer in
            writer.append(self.name)
            writer.append(milliseconds: self.settings.lease)
            writer.append(NodeText.encode(self.describe()))
            writer.append(NodeText.encode(self.measure()))
            writer.append(String(UInt64.random(in: 0 ... .max), radix: 36))
            writer.append(self.wantedID.map(String.init) ?? "")
        } then: { result in
            guard case .success(let value) = result, let parts = value.array, parts.count >= 4,
                let uuid = parts[0].text, let epoch = parts[1].offset, let generation = parts[2].offset,
                let id = parts[3].offset
            else {
                self.logger.warning(
                    "cannot join the cluster, trying again",
                    metadata: ["skein.reason": "\(Self.reason(result))"]
                )
                return self.scheduleBeat()
            }
            let lease = Lease(uuid: uuid, id: Int(clamping: id), generation: Int(clamping: generation))
            self.begin(lease, epoch: Int(clamping: epoch), tag: tag, wasReaped: wasReaped)
        }
    }

    /// The lease may have members only after its index says so: whoever sweeps it takes that away first.
    private func begin(_ lease: Lease, epoch: Int, tag: String, wasReaped: Bool) {
        let index = self.keys.index(lease.owner)
        self.commands.send {
            $0.command(["HSET", index, "", "1"])
        } reply: { result in
            guard case .success = result, !self.hasEnded else { return self.scheduleBeat() }
            self.lease = lease
            self.leaseTag = tag
            self.logger.info(
                "joined the cluster",
                metadata: ["skein.node": "\(self.name)", "skein.lease": "\(lease.owner)"]
            )
            self.onLease(lease, wasReaped)
            self.learned(epoch: epoch)
            self.scheduleBeat()
        }
    }

    private func beat(_ lease: Lease) {
        self.isBusy = true
        self.owesBeat = false
        self.commands.refreshTag()
        self.call(self.functions.beat, arguments: 5) { writer in
            writer.append(self.name)
            writer.append(lease.generation)
            writer.append(milliseconds: self.settings.lease)
            writer.append(NodeText.encode(self.describe()))
            writer.append(NodeText.encode(self.measure()))
        } then: { result in
            self.scheduleBeat()
            self.answered(result, lease)
        }
    }

    private func answered(_ result: Result<RESPValue, RedisFailure>, _ lease: Lease) {
        switch result {
        case .success(let value):
            // The lease is known here, whatever the history is called by now.
            self.leaseTag = self.commands.tag
            guard let parts = value.array, parts.count >= 3, let uuid = parts[0].text, let epoch = parts[1].offset
            else {
                return
            }
            guard uuid == lease.uuid else { return self.beginAgain(wasReaped: false, "the registry was wiped") }
            if self.isSuspicious { return self.beginAgain(wasReaped: false, "presence does not know the lease") }
            self.learned(epoch: Int(clamping: epoch))
            if parts[2].offset ?? 0 > 0 { self.onSweepWaiting() }
        case .failure(.refused(let reply)) where reply.category == .gone:
            let isForgotten = reply.message.hasPrefix("GONE the registry does not know")
            self.beginAgain(
                wasReaped: !isForgotten,
                isForgotten ? "the registry was wiped" : "the others took this node for dead"
            )
        case .failure(.refused(let reply)) where reply.category == .fenced:
            self.hasEnded = true
            self.endLease()
            self.onFenced()
        case .failure:
            break
        }
    }

    /// The lease turned out to be over.
    func leaseIsStale() {
        guard self.lease != nil else { return }
        self.isSuspicious = true
        self.announceChange()
    }

    private func beginAgain(wasReaped: Bool, _ reason: String) {
        self.isSuspicious = false
        self.logger.warning("joining the cluster again", metadata: ["skein.reason": "\(reason)"])
        self.endLease()
        self.join(wasReaped: wasReaped)
    }

    private func learned(epoch: Int) {
        guard epoch != self.epoch else { return }
        self.epoch = epoch
        self.onRingChanged(epoch)
    }

    // MARK: The end

    /// Gives the lease back. `hasMembers` when presence could not be emptied: whoever is left does it.
    func resign(hasMembers: Bool, then: @escaping () -> Void) {
        self.hasEnded = true
        guard let lease, self.commands.isUp else { return then() }
        self.lease = nil
        let index = self.keys.index(lease.owner)
        if !hasMembers {
            self.commands.send {
                $0.command(["DEL", index])
            } reply: { _ in
            }
        }
        self.call(self.functions.resign, arguments: 3) { writer in
            writer.append(self.name)
            writer.append(lease.generation)
            writer.append(hasMembers ? 1 : 0)
        } then: { _ in
            then()
        }
    }

    // MARK: The list

    /// Reads the nodes that have a lease.
    func list(then: @escaping (Result<NodeList, RedisFailure>) -> Void) {
        self.call(self.functions.nodes, arguments: 0) { _ in
        } then: { result in
            then(
                result.flatMap { Self.list($0).map { .success($0) } ?? .failure(.unexpectedReply("no list of nodes")) }
            )
        }
    }

    static func list(_ value: RESPValue) -> NodeList? {
        let fields = 6
        guard let parts = value.array, parts.count >= 3, (parts.count - 3) % fields == 0, let epoch = parts[1].offset,
            let time = parts[2].offset
        else { return nil }
        let nodes = stride(from: 3, to: parts.count, by: fields).compactMap { start -> NodeRecord? in
            guard let name = parts[start].text, let id = parts[start + 1].offset,
                let generation = parts[start + 2].offset, let end = parts[start + 3].offset,
                let description = parts[start + 4].bytes, let statistics = parts[start + 5].bytes
            else { return nil }
            return NodeRecord(
                name: name,
                id: Int(clamping: id),
                generation: Int(clamping: generation),
                description: NodeText.decodeDescription(description),
                statistics: NodeText.decodeStatistics(statistics),
                leaseLeft: Int(clamping: end) - Int(clamping: time)
            )
        }
        return NodeList(epoch: Int(clamping: epoch), nodes: nodes)
    }

    // MARK: Commands

    private func call(
        _ function: [UInt8],
        arguments: Int,
        _ write: @escaping (inout RESPCommandWriter) -> Void,
        then: @escaping RedisConnection.ReplyHandler
    ) {
        let keys = self.keys
        self.commands.send { writer in
            writer.call(
                function,
                keys: keys.registry,
                arguments: arguments + 1
            )
            writer.append(keys.ringChannel)
            write(&writer)
        } reply: {
            then($0)
        }
    }

    private static func reason(_ result: Result<RESPValue, RedisFailure>) -> String {
        if case .failure(let failure) = result { "\(failure)" } else { "the answer has no lease" }
    }
}
