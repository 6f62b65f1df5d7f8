import Logging
import NIOCore
import NIOEmbedded
import SkeinCluster
import SkeinCore
import SkeinTestKit

@testable import SkeinTransport

/// One event loop of a node in the hand of a test: time stands still, and a turn ends when the test says so.
final class LoopHarness {
    let eventLoop = EmbeddedEventLoop()
    let time = ManualClock()
    let metrics = CountingMetrics()
    let broker: HeldBroker
    let dispatcher: Dispatcher
    let loop: LoopContext

    init(
        _ policy: SessionPolicy = .test(),
        methods: RPCTable = RPCTable(),
        authenticator: any Authenticator = FakeAuthenticator(),
        transportMetrics: TransportMetrics? = nil
    ) {
        let box = NIOLoopBoundBox<LoopContext?>.makeEmptyBox(eventLoop: self.eventLoop)
        let inbox = LoopInbox(eventLoop: self.eventLoop) { box.value?.finishTurn() }
        self.dispatcher = Dispatcher(inboxes: [inbox])
        self.broker = HeldBroker(sink: self.dispatcher, clock: self.time.clock)
        let node = NodeContext(
            broker: self.broker,
            dispatcher: self.dispatcher,
            authenticator: authenticator,
            methods: methods,
            metrics: transportMetrics ?? TransportMetrics(factory: self.metrics),
            clock: self.time.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        self.loop = LoopContext(index: 0, inbox: inbox, node: node, policy: policy)
        box.value = self.loop
        self.loop.start()
    }

    deinit {
        self.loop.stop()
    }

    /// Ends the turn.
    func run() {
        self.eventLoop.run()
    }

    /// Lets time pass, with every tick of the wheel.
    func advance(by duration: Duration) {
        let tick = Duration.milliseconds(100)
        var left = duration
        while left > .zero {
            let step = min(left, tick)
            self.time.advance(by: step)
            self.eventLoop.advanceTime(by: TimeAmount(step))
            left -= step
        }
    }

    /// A publication that somebody else makes.
    func publish(_ data: String, to channel: ChannelName, from info: ClientInfo? = nil, allowsDelta: Bool = false) {
        guard case .found(let rules) = self.loop.policy.rulebook.lookUp(channel) else { return }
        self.broker.publish(
            Publication(
                data: Array(data.utf8),
                info: info,
                allowsDelta: allowsDelta,
                excludedClient: rules.excludesSender ? info?.client : nil
            ),
            to: Topic(channel),
            retention: Retention(rules),
            idempotencyKey: nil,
            completion: Completion(on: self.eventLoop) { _ in }
        )
    }

    /// An event that comes from elsewhere in the cluster, past the engine.
    func deliver(_ event: TopicEvent, to channel: ChannelName) {
        self.dispatcher.deliver(event, to: Topic(channel))
    }
}

extension SessionPolicy {
    /// Everybody may do everything, without a token.
    static func test(
        _ rules: ChannelRules = .open,
        namespaces: [String: ChannelRules] = [:],
        limits: SessionLimits = SessionLimits(),
        allowsAnonymous: Bool = true,
        admission: AdmissionLimits = AdmissionLimits()
    ) -> SessionPolicy {
        SessionPolicy(
            limits: limits,
            rulebook: ChannelRulebook(rules: rules, namespaces: namespaces),
            allowsAnonymous: allowsAnonymous,
            admission: admission
        )
    }
}

extension ChannelRules {
    /// Every session may do everything; nothing is kept.
    static var open: ChannelRules {
        var rules = ChannelRules()
        rules.subscribe = .anyone
        rules.publish = .anyone
        rules.readHistory = .anyone
        rules.readPresence = .anyone
        rules.allowsAnonymous = true
        return rules
    }

    /// With history, recovery and positions for whoever subscribes.
    static var recoverable: ChannelRules {
        var rules = ChannelRules.open
        rules.historySize = 100
        rules.historyTTL = .seconds(300)
        rules.recovery = .always
        rules.positioning = .always
        return rules
    }

    /// Payloads are any bytes.
    static var binary: ChannelRules { .open.with { $0.payload = .binary } }

    /// With presence, and joins and leaves for everybody.
    static var membership: ChannelRules {
        var rules = ChannelRules.open
        rules.presence = true
        rules.joinLeave = true
        rules.pushJoinLeave = true
        return rules
    }

    func with(_ change: (inout ChannelRules) -> Void) -> ChannelRules {
        var rules = self
        change(&rules)
        return rules
    }
}
