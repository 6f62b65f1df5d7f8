import SkeinCore

/// What a command came to, in a form that tests can compare: `SessionMachine.CommandAction` carries plans that are not
/// `Equatable`.
enum SessionOutcome: Equatable, Sendable {
    case none
    /// A reply that is not an error, by its kind.
    case reply(Kind)
    case error(ErrorCode)
    case disconnect(DisconnectCode)
    case refuse(ErrorCode, DisconnectCode)
    case verifyConnection(token: String)
    case accept
    case verifySubscription(ChannelName, token: String)
    case subscribe(ChannelName)
    case unsubscribe(ChannelName)
    case publish(ChannelName)
    case readPresence(ChannelName)
    case readPresenceStats(ChannelName)
    case readHistory(ChannelName)
    case deliverMessage
    case call
    case verifyRefresh(token: String)
    case verifySubRefresh(ChannelName, token: String)

    /// The replies that the machine makes itself.
    enum Kind: Sendable {
        case unsubscribe
        case ping
        case refresh
        case subRefresh
        case other
    }
}

extension SessionMachine.CommandAction {
    var outcome: SessionOutcome {
        switch self {
        case .none: .none
        case .reply(let reply): reply.outcome
        case .disconnect(let code): .disconnect(code)
        case .refuse(let reply, let code): reply.errorCode.map { .refuse($0, code) } ?? .reply(.other)
        case .verifyConnection(_, let request): .verifyConnection(token: request.token)
        case .accept: .accept
        case .verifySubscription(let plan, let token): .verifySubscription(plan.channel, token: token)
        case .subscribe(let plan): .subscribe(plan.channel)
        case .unsubscribe(_, let ended): .unsubscribe(ended.channel)
        case .publish(_, let plan): .publish(plan.channel)
        case .readPresence(_, let channel): .readPresence(channel)
        case .readPresenceStats(_, let channel): .readPresenceStats(channel)
        case .readHistory(_, let request, _): .readHistory(request.channel)
        case .deliverMessage: .deliverMessage
        case .call: .call
        case .verifyRefresh(_, let token): .verifyRefresh(token: token)
        case .verifySubRefresh(_, let channel, let token): .verifySubRefresh(channel, token: token)
        }
    }

    /// The id of the command that the action belongs to, if it carries one.
    var commandID: UInt32? {
        switch self {
        case .none, .disconnect, .deliverMessage: nil
        case .reply(let reply), .refuse(let reply, _): reply.id
        case .accept(let plan): plan.id
        case .verifySubscription(let plan, _), .subscribe(let plan):
            if case .client(let id) = plan.origin { id } else { nil }
        case .verifyConnection(let id, _), .unsubscribe(let id, _), .publish(let id, _), .readPresence(let id, _),
            .readPresenceStats(let id, _), .readHistory(let id, _, _), .call(let id, _), .verifyRefresh(let id, _),
            .verifySubRefresh(let id, _, _):
            id
        }
    }

    var subscriptionPlan: SubscriptionPlan? {
        switch self {
        case .subscribe(let plan), .verifySubscription(let plan, _): plan
        default: nil
        }
    }

    var connectPlan: ConnectPlan? {
        if case .accept(let plan) = self { plan } else { nil }
    }

    var publishPlan: PublishPlan? {
        if case .publish(_, let plan) = self { plan } else { nil }
    }

    var reply: Reply? {
        if case .reply(let reply) = self { reply } else { nil }
    }
}

extension Reply {
    var errorCode: ErrorCode? {
        if case .error(let code) = self.result { code } else { nil }
    }

    fileprivate var outcome: SessionOutcome {
        switch self.result {
        case .error(let code): .error(code)
        case .unsubscribe: .reply(.unsubscribe)
        case .ping: .reply(.ping)
        case .refresh: .reply(.refresh)
        case .subRefresh: .reply(.subRefresh)
        default: .reply(.other)
        }
    }
}
