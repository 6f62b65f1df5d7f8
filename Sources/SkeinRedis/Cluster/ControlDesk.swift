import NIOCore
import SkeinCluster
import SkeinCore

/// Asks all nodes of the cluster, answers their questions, and listens to itself.
///
/// Confined to the event loop of the link. A question goes to the channel that every node listens to; answers come to this process' own
/// channel. Which answers to wait for is read from the registry, so that a dead node does not make everybody wait.
final class ControlDesk {
    private struct Pending {
        var missing: Set<String>
        var answers: [NodeAnswer] = []
        let deadline: MonotonicInstant
        let completion: Completion<[NodeAnswer]>
    }

    private let commands: RedisCommands
    private let subscriber: RedisSubscriber
    private let registry: NodeRegistry
    private let settings: RedisSettings
    private let metrics: RedisMetrics
    private let now: () -> MonotonicInstant
    private let name: String
    private let controlChannel: String
    private let inbox: String
    private let ringChannel: [UInt8]
    private let listening: [[UInt8]]
    private var heard: Set<[UInt8]> = []
    private var pending: [UInt64: Pending] = [:]
    private var nextID = UInt64.random(in: 0 ... .max)
    private var nextLook = MonotonicInstant(nanoseconds: 0)
    private let answer: RedisBroker.Answering

    // Listening to itself.
    private var nextProbe = MonotonicInstant.distantFuture
    private var probe: (number: UInt64, sentAt: MonotonicInstant)?
    private var newestProbe: UInt64 = 0
    private var missedProbes = 0

    /// All channels are confirmed.
    var onListening: () -> Void = {}

    init(
        commands: RedisCommands,
        subscriber: RedisSubscriber,
        registry: NodeRegistry,
        keys: RedisKeys,
        settings: RedisSettings,
        identity: RedisBroker.Identity,
        metrics: RedisMetrics,
        now: @escaping () -> MonotonicInstant
    ) {
        self.commands = commands
        self.subscriber = subscriber
        self.registry = registry
        self.settings = settings
        self.metrics = metrics
        self.now = now
        self.name = identity.name
        self.answer = identity.answer
        self.controlChannel = keys.control
        self.inbox = keys.inbox(identity.instance)
        self.ringChannel = Array(keys.ringChannel.utf8)
        self.listening = [Array(self.controlChannel.utf8), Array(self.inbox.utf8), self.ringChannel]
    }

    /// Whether the node can be asked.
    var isListening: Bool { self.heard.count == self.listening.count }

    // MARK: The link

    func linkRestored() {
        self.heard = []
        for channel in self.listening { self.subscriber.subscribe(channel) }
        self.missedProbes = 0
        self.probe = nil
        self.nextProbe = self.now() + self.settings.probeInterval
    }

    func linkLost() {
        self.heard = []
        self.nextProbe = .distantFuture
    }

    /// Whether the channel is one of the node's own.
    func confirmed(_ channel: UnsafeRawBufferPointer, isSubscribed: Bool) -> Bool {
        guard let own = self.listening.first(where: { $0.elementsEqual(channel) }) else { return false }
        if isSubscribed, self.heard.insert(own).inserted, self.isListening { self.onListening() }
        return true
    }

    /// Whether the message was one for the node itself.
    func received(_ channel: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Bool {
        guard let own = self.listening.first(where: { $0.elementsEqual(channel) }) else { return false }
        if own == self.ringChannel {
            self.registry.ringChanged()
            return true
        }
        guard let message = ControlMessage(payload) else {
            self.metrics.ignoredMessage()
            return true
        }
        switch message.kind {
        case .question: self.answer(message)
        case .answer: self.answered(message)
        case .probe: self.heardProbe(message.id)
        }
        return true
    }

    // MARK: Asking

    /// See ``ClusterLink/ask(_:completion:)``.
    func ask(_ question: ByteBuffer, completion: Completion<[NodeAnswer]>) {
        let deadline = self.now() + self.settings.commandTimeout
        self.registry.list { result in
            switch result {
            case .failure(let failure):
                completion.fail(failure.brokerError)
            case .success(let list):
                let others = Set(list.nodes.map(\.name)).subtracting([self.name])
                guard !others.isEmpty else { return completion.succeed([]) }
                self.nextID &+= 1
                let id = self.nextID
                self.pending[id] = Pending(missing: others, deadline: deadline, completion: completion)
                self.send(
                    ControlMessage(.question, id: id, sender: self.name, replyChannel: self.inbox, content: question),
                    id
                )
            }
        }
    }

    private func send(_ question: ControlMessage, _ id: UInt64) {
        self.commands.publish(question.encoded, to: self.controlChannel) { isSent in
            guard !isSent, let pending = self.pending.removeValue(forKey: id) else { return }
            pending.completion.fail(BrokerError(.outcomeUnknown, "the other nodes could not be asked"))
        }
    }

    private func answered(_ message: ControlMessage) {
        guard var pending = self.pending[message.id], pending.missing.remove(message.sender) != nil else { return }
        pending.answers.append(NodeAnswer(node: message.sender, content: message.content))
        self.pending[message.id] = pending
        self.completeIfWhole(message.id)
    }

    private func completeIfWhole(_ id: UInt64) {
        guard let pending = self.pending[id], pending.missing.isEmpty else { return }
        self.pending[id] = nil
        pending.completion.succeed(pending.answers)
    }

    private func answer(_ question: ControlMessage) {
        guard question.sender != self.name, !question.replyChannel.isEmpty else { return }
        let eventLoop = self.subscriber.eventLoop
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let (id, channel) = (question.id, question.replyChannel)
        self.answer(question.content) { content in
            eventLoop.execute {
                let desk = bound.value
                let answer = ControlMessage(.answer, id: id, sender: desk.name, content: content)
                desk.commands.publish(answer.encoded, to: channel)
            }
        }
    }

    // MARK: Time

    /// Called some times a second.
    func tick() {
        let now = self.now()
        if !self.pending.isEmpty { self.tickPending(now) }
        if now >= self.nextProbe { self.sendProbe(now) }
    }

    private func tickPending(_ now: MonotonicInstant) {
        for (id, pending) in self.pending where pending.deadline <= now {
            self.pending[id] = nil
            let missing = pending.missing.sorted().joined(separator: ", ")
            pending.completion.fail(BrokerError(.outcomeUnknown, "no answer from \(missing)"))
        }
        guard !self.pending.isEmpty, now >= self.nextLook else { return }
        self.nextLook = now + .seconds(1)
        self.registry.list { result in
            guard case .success(let list) = result else { return }
            let names = Set(list.nodes.map(\.name))
            for id in Array(self.pending.keys) {
                self.pending[id]?.missing.formIntersection(names)
                self.completeIfWhole(id)
            }
        }
    }

    /// A subscriber connection can be dead without anybody closing it: only hearing oneself proves that it hears.
    private func sendProbe(_ now: MonotonicInstant) {
        self.nextProbe = now + self.settings.probeInterval
        if self.probe != nil {
            self.missedProbes += 1
            guard self.missedProbes < 2 else {
                self.nextProbe = .distantFuture
                return self.subscriber.drop("two probes did not come back")
            }
        }
        self.newestProbe += 1
        let number = self.newestProbe
        self.probe = (number, now)
        self.commands.publish(ControlMessage(.probe, id: number, sender: self.name).encoded, to: self.inbox) { isSent in
            // A probe that Redis did not get says nothing about the subscriber.
            if !isSent, self.probe?.number == number { self.probe = nil }
        }
    }

    private func heardProbe(_ number: UInt64) {
        guard let probe, probe.number <= number else { return }
        self.metrics.probeCameBack(after: self.now().since(probe.sentAt))
        self.missedProbes = 0
        self.probe = nil
    }
}
