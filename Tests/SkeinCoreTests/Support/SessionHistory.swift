import SkeinCore
import SkeinTestKit
import Testing

/// Plays random histories of sessions: a client that pipelines, a shell that answers late, a server that interferes,
/// and time.
///
/// Every step is compared with ``SessionModel``. Throws at the first difference.
struct SessionHistory {
    typealias Machine = SessionMachine<String>

    /// What the machine has asked for and has not been told yet.
    enum Question {
        case verification(SubscriptionPlan, id: UInt32)
        case making(SubscriptionPlan)
        case refresh(id: UInt32)
        case subRefresh(ChannelName, id: UInt32)
    }

    struct Difference: Error, CustomStringConvertible {
        var description: String
    }

    static let grace = SessionLimits().tokenGrace
    static let limits: SessionLimits = {
        var limits = SessionLimits()
        limits.channels = 4
        limits.errors = .max
        return limits
    }()

    let policy = SessionPolicy.sample(limits: SessionHistory.limits)
    let channels = SessionModel.facts.keys.sorted { $0.text < $1.text }
    var random: SeededGenerator
    var machine = Machine(clientID: "client-0")
    var model = SessionModel(limit: SessionHistory.limits.channels)
    var now = MonotonicInstant(nanoseconds: 1 << 40)
    var questions: [Question] = []
    var lastID: UInt32 = 0
    /// How often each thing happened, so that the test can tell that it did.
    var counts: [String: Int] = [:]

    init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
    }

    mutating func count(_ event: String) {
        self.counts[event, default: 0] += 1
    }

    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        guard condition else { throw Difference(description: "\(message()) after \(self.counts)") }
    }

    /// One random event, and the invariants that hold after each.
    mutating func step() throws {
        self.count("events")
        switch self.machine.phase {
        case .fresh: try self.connect()
        case .connecting, .closed: throw Difference(description: "left \(self.machine.phase)")
        case .connected:
            switch Int.random(in: 0..<100, using: &self.random) {
            case 0..<60: try self.command()
            case 60..<82: try self.answer()
            case 82..<90: try self.interfere()
            case 90..<99: try self.passTime()
            default: if self.random.oneIn(4) { try self.close() }
            }
        }
        let live = self.model.memberships.filter { $0.value.attachment != nil }
        try self.require(Set(self.machine.liveChannels) == Set(live.keys), "live channels differ")
        try self.require(self.machine.subscriptionCount == self.model.memberships.count, "subscriptions differ")
        try self.require(self.machine.subscriptionCount <= self.model.limit, "more subscriptions than the limit")
    }

    private mutating func connect() throws {
        let subscriptions = (0..<Int.random(in: 0...2, using: &self.random)).map {
            ServerSubscription(channel: $0 == 0 ? "open:a" : "closed:a")
        }
        let request = ConnectRequest(token: "t")
        let credentials = Credentials(user: "ann", subscriptions: subscriptions)
        let first = self.machine.received(Command(id: 1, .connect(request)), policy: self.policy, now: self.now)
        try self.require(first.outcome == .verifyConnection(token: "t"), "connect is \(first.outcome)")
        try self.require(self.machine.mustWait(Command(id: 2, .ping)), "a command overtakes connect")
        let second = self.machine.authenticated(
            .success(credentials),
            request: request,
            id: 1,
            policy: self.policy,
            now: self.now
        )
        guard let plan = second.connectPlan else { throw Difference(description: "connect is \(second.outcome)") }
        for plan in plan.subscriptions {
            self.model.memberships[plan.channel] = .init(isClientSide: false)
            try self.make(plan)
        }
        self.model.nextPing = self.now + .seconds(25)
        self.machine.connected(firstPing: self.model.nextPing)
        self.count("sessions")
    }

    private mutating func command() throws {
        let channel = self.random.pick(self.channels)
        let request = self.request(on: channel)
        self.lastID += 1
        let command = Command(id: self.lastID, request)
        let isWaiting = Self.channel(of: request).map(self.model.isPending) ?? false
        try self.require(self.machine.mustWait(command) == isWaiting, "waiting differs for \(request)")
        guard !isWaiting else { return self.count("waits") }
        let expected = self.model.expectation(request)
        let action = self.machine.received(command, policy: self.policy, now: self.now)
        try self.require(action.outcome == expected, "\(request) is \(action.outcome), not \(expected)")
        try self.require(action.commandID ?? self.lastID == self.lastID, "the id of \(request) is lost")
        try self.note(request, action)
    }

    /// What a command changes.
    private mutating func note(_ request: Command.Request, _ action: Machine.CommandAction) throws {
        switch action {
        case .subscribe(let plan):
            self.model.memberships[plan.channel] = .init(isClientSide: true)
            self.questions.append(.making(plan))
            self.count("subscribe")
        case .verifySubscription(let plan, _):
            self.model.memberships[plan.channel] = .init(isClientSide: true)
            self.questions.append(.verification(plan, id: self.lastID))
            self.count("verify")
        case .unsubscribe(_, let ended):
            try self.end(ended, "unsubscribe")
        case .verifyRefresh(let id, _):
            self.questions.append(.refresh(id: id))
        case .verifySubRefresh(let id, let channel, _):
            self.questions.append(.subRefresh(channel, id: id))
        case .none where request == .pong:
            self.model.pongDue = nil
            self.count("pong")
        case .disconnect:
            try self.close()
        default:
            self.count(action.reply?.errorCode.map { "error \($0.code)" } ?? "action")
        }
    }

    private mutating func request(on channel: ChannelName) -> Command.Request {
        if self.model.pongDue != nil, self.random.oneIn(3) { return .pong }
        switch Int.random(in: 0..<400, using: &self.random) {
        case 0..<150:
            let token = self.random.oneIn(2) ? "s" : ""
            return .subscribe(SubscribeRequest(channel: channel, token: token, type: self.random.oneIn(20) ? 1 : 0))
        case 150..<200: return .unsubscribe(channel: channel)
        case 200..<250: return .publish(PublishRequest(channel: channel, data: [1]))
        case 250..<280: return .presence(channel: channel)
        case 280..<300: return .presenceStats(channel: channel)
        case 300..<340: return .history(HistoryRequest(channel: channel))
        case 340..<365: return .subRefresh(SubRefreshRequest(channel: channel, token: "s"))
        case 365..<370: return .refresh(token: "t")
        case 370..<380: return .send(data: [1])
        case 380..<390: return .rpc(RPCRequest(method: "m", data: []))
        case 390..<395: return .ping
        case 395..<398: return .unknown
        case 398: return .connect(ConnectRequest())
        default: return .pong
        }
    }

    static func channel(of request: Command.Request) -> ChannelName? {
        switch request {
        case .subscribe(let request): request.channel
        case .unsubscribe(let channel), .presence(let channel), .presenceStats(let channel): channel
        case .publish(let request): request.channel
        case .history(let request): request.channel
        case .subRefresh(let request): request.channel
        default: nil
        }
    }
}
