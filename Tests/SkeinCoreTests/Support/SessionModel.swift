import SkeinCore

/// What a session of the user `ann` may do, as plain facts about a few channels of ``ChannelRulebook/sample``.
///
/// Deliberately not built from rules and lookups: it states per channel what must come out, so that it cannot share a
/// mistake with the machine that it is compared with.
struct SessionModel {
    /// What an action on a channel takes.
    enum Need {
        case nothing
        case membership
        case token
        case impossible
    }

    /// What subscribing takes.
    enum Door {
        case free
        case token
        case shut
    }

    struct Facts {
        var refusal: ErrorCode?
        var door = Door.free
        var publish = Need.nothing
        var presence = Need.nothing
        var history = Need.nothing
        var isKept = true
    }

    struct Membership {
        var isClientSide: Bool
        /// What the shell attached; nil while pending.
        var attachment: String?
        var holdsToken = false
        var isEnding = false
        var expiresAt: MonotonicInstant?
    }

    static let facts: [ChannelName: Facts] = [
        "open:a": Facts(),
        "open:b": Facts(),
        "open:#ann": Facts(),
        "open:#bob": Facts(door: .shut),
        "members:a": Facts(publish: .membership, presence: .membership, history: .membership),
        "members:b": Facts(publish: .membership, presence: .membership, history: .membership),
        "token:a": Facts(door: .token, publish: .token, presence: .membership, history: .token),
        "token:b": Facts(door: .token, publish: .token, presence: .membership, history: .token),
        "bare:a": Facts(publish: .impossible, isKept: false),
        "closed:a": Facts(door: .shut, publish: .impossible, presence: .impossible, history: .impossible),
        "nowhere:a": Facts(refusal: .unknownChannel),
        "open:a b": Facts(refusal: .badRequest),
    ]

    var limit: Int
    var memberships: [ChannelName: Membership] = [:]
    var nextPing = MonotonicInstant.distantFuture
    var pongDue: MonotonicInstant?
    var expiresAt: MonotonicInstant?

    func isPending(_ channel: ChannelName) -> Bool {
        self.memberships[channel].map { $0.attachment == nil } ?? false
    }

    private func meets(_ need: Need, on channel: ChannelName) -> Bool {
        switch need {
        case .nothing: true
        case .membership: self.memberships[channel] != nil
        case .token: self.memberships[channel]?.holdsToken ?? false
        case .impossible: false
        }
    }

    private func act(
        _ path: KeyPath<Facts, Need>,
        on channel: ChannelName,
        isKept: (Facts) -> Bool,
        then outcome: SessionOutcome
    ) -> SessionOutcome {
        guard let facts = Self.facts[channel] else { return .none }
        if let refusal = facts.refusal { return .error(refusal) }
        guard self.meets(facts[keyPath: path], on: channel) else { return .error(.permissionDenied) }
        return isKept(facts) ? outcome : .error(.notAvailable)
    }

    private func subscribing(_ request: SubscribeRequest) -> SessionOutcome {
        guard let facts = Self.facts[request.channel] else { return .none }
        if let refusal = facts.refusal { return .error(refusal) }
        if self.memberships[request.channel] != nil { return .error(.alreadySubscribed) }
        if self.memberships.count == self.limit { return .error(.limitExceeded) }
        if request.type != 0 { return .error(.notAvailable) }
        switch (facts.door, request.token) {
        case (.shut, _), (.token, ""): return .error(.permissionDenied)
        case (.free, ""): return .subscribe(request.channel)
        case (_, let token): return .verifySubscription(request.channel, token: token)
        }
    }

    /// What a command of a connected session must come to when nothing about its channel is pending.
    func expectation(_ request: Command.Request) -> SessionOutcome {
        switch request {
        case .subscribe(let request):
            return self.subscribing(request)
        case .unsubscribe(let channel):
            guard let membership = self.memberships[channel] else { return .reply(.unsubscribe) }
            return membership.isClientSide ? .unsubscribe(channel) : .error(.permissionDenied)
        case .publish(let request):
            return self.act(\.publish, on: request.channel, isKept: { _ in true }, then: .publish(request.channel))
        case .presence(let channel):
            return self.act(\.presence, on: channel, isKept: \.isKept, then: .readPresence(channel))
        case .presenceStats(let channel):
            return self.act(\.presence, on: channel, isKept: \.isKept, then: .readPresenceStats(channel))
        case .history(let request):
            return self.act(\.history, on: request.channel, isKept: \.isKept, then: .readHistory(request.channel))
        case .subRefresh(let request):
            let isRefreshable = self.memberships[request.channel]?.isClientSide ?? false
            return isRefreshable ? .verifySubRefresh(request.channel, token: request.token) : .error(.badRequest)
        case .refresh(let token): return .verifyRefresh(token: token)
        case .send: return .deliverMessage
        case .rpc: return .call
        case .ping: return .reply(.ping)
        case .pong: return self.pongDue == nil ? .disconnect(.badRequest) : .none
        case .connect: return .disconnect(.badRequest)
        case .unknown: return .error(.methodNotFound)
        }
    }
}
