import SkeinCore
import Testing

/// A session machine with a clock and command ids of its own. What is attached to a subscription is its channel's name.
struct SessionHarness {
    typealias Machine = SessionMachine<String>
    typealias Action = Machine.CommandAction

    var machine: Machine
    var policy: SessionPolicy
    var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    private(set) var lastID: UInt32 = 0

    init(policy: SessionPolicy = .sample(), clientID: String = "client-1") {
        self.policy = policy
        self.machine = Machine(clientID: clientID)
    }

    /// A session of `user`, with its server-side subscriptions live.
    static func connected(
        user: UserID = "ann",
        timeLeft: Duration? = nil,
        info: [UInt8]? = nil,
        subscriptions: [ServerSubscription] = [],
        policy: SessionPolicy = .sample()
    ) throws -> SessionHarness {
        var harness = SessionHarness(policy: policy)
        let credentials = Credentials(user: user, timeLeft: timeLeft, info: info, subscriptions: subscriptions)
        let action = harness.connect(as: credentials)
        harness.finish(try #require(action.connectPlan))
        return harness
    }

    /// Makes a plan's subscriptions and starts the session; the first ping is due after the ping interval.
    mutating func finish(_ plan: ConnectPlan) {
        for subscription in plan.subscriptions { _ = self.makeLive(subscription) }
        self.machine.connected(firstPing: self.now + self.policy.limits.pingInterval)
    }

    /// Sends `connect` with a token and answers its verification.
    mutating func connect(as credentials: Credentials, request: ConnectRequest = ConnectRequest(token: "t")) -> Action {
        self.connect(.success(credentials), request: request)
    }

    mutating func connect(
        _ verification: Result<Credentials, TokenRejection>,
        request: ConnectRequest = ConnectRequest(token: "t")
    ) -> Action {
        #expect(self.send(.connect(request)).outcome == .verifyConnection(token: request.token))
        let action = self.machine.authenticated(
            verification,
            request: request,
            id: self.lastID,
            policy: self.policy,
            now: self.now
        )
        #expect(action.commandID ?? self.lastID == self.lastID)
        return action
    }

    /// Gives the machine a command under a new id, and checks that the action carries it.
    mutating func send(_ request: Command.Request) -> Action {
        self.lastID += 1
        let command = Command(id: self.lastID, request)
        #expect(!self.machine.mustWait(command))
        let action = self.machine.received(command, policy: self.policy, now: self.now)
        #expect(action.commandID ?? self.lastID == self.lastID)
        return action
    }

    /// The server wants the session to be on a channel.
    mutating func subscribeByServer(_ channel: ChannelName) -> Result<SubscriptionPlan, ErrorCode.Failure>? {
        self.machine.subscribeByServer(ServerSubscription(channel: channel), policy: self.policy, now: self.now)
    }

    mutating func makeLive(_ plan: SubscriptionPlan) -> Machine.SubscribedAction {
        self.machine.subscribed(plan, attachment: plan.channel.text)
    }

    /// Subscribes without a token, to the end.
    mutating func subscribe(_ channel: ChannelName) throws {
        let action = self.send(.subscribe(SubscribeRequest(channel: channel)))
        #expect(action.outcome == .subscribe(channel))
        _ = self.makeLive(try #require(action.subscriptionPlan))
    }

    /// Sends `subscribe` with a token and answers its verification.
    mutating func subscribe(
        _ channel: ChannelName,
        verification: Result<SubscriptionGrant, TokenRejection>,
        request: SubscribeRequest? = nil
    ) throws -> Action {
        var request = request ?? SubscribeRequest(channel: channel)
        request.token = "s"
        let action = self.send(.subscribe(request))
        #expect(action.outcome == .verifySubscription(channel, token: "s"))
        return self.machine.verified(
            verification,
            for: try #require(action.subscriptionPlan),
            id: self.lastID,
            policy: self.policy,
            now: self.now
        )
    }

    /// Subscribes with a token of the session's user, to the end.
    mutating func subscribeWithToken(_ channel: ChannelName, timeLeft: Duration? = nil) throws {
        let grant = SubscriptionGrant(user: self.machine.user, channel: channel, timeLeft: timeLeft)
        let action = try self.subscribe(channel, verification: .success(grant))
        _ = self.makeLive(try #require(action.subscriptionPlan))
    }

    mutating func tick() -> Machine.TickAction {
        self.machine.tick(policy: self.policy, now: self.now)
    }

    mutating func advance(_ duration: Duration) {
        self.now = self.now + duration
    }
}
