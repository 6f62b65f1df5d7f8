/// Decides what one session may do and what has to happen for each command.
///
/// Confined to its event loop; performs no I/O and reads no clock: every event returns the one thing that the shell must do. Commands
/// are given to it in the order of their arrival; those for which ``mustWait(_:)`` is true have to be kept until
/// the event that they wait for, so that a client that pipelines sees the effects of its commands in order.
///
/// Generic over what the shell attaches to a subscription, which the machine never looks at. One file for each command.
/// What every publish passes through is inlinable: called as a generic from another module it would look up its types
/// at run time, for each command.
public struct SessionMachine<Attachment> {
    /// Where the session is in its life.
    public enum Phase: Sendable, Equatable {
        /// No `connect` has been accepted yet.
        case fresh
        /// The connection token is being verified, or the subscriptions of the token are being made.
        case connecting
        case connected
        case closed
    }

    /// A subscription, from the command on.
    @usableFromInline
    struct Entry {
        @usableFromInline var isLive = false
        var isClientSide: Bool
        @usableFromInline var holdsToken = false
        var expiresAt = MonotonicInstant.distantFuture
        @usableFromInline var info: ClientInfo?
        /// The server ended the subscription before it was live.
        var endsWith: UnsubscribeCode?
        var attachment: Attachment?
    }

    /// Secret-free id of the session, unique in the cluster.
    public let clientID: String
    public internal(set) var phase: Phase = .fresh
    /// What other clients see; known once the connection token has been verified.
    public internal(set) var info: ClientInfo
    public internal(set) var user: UserID = .anonymous
    public var keepAlive = KeepAlive()
    var expiresAt = MonotonicInstant.distantFuture
    @usableFromInline var entries: [ChannelName: Entry] = [:]
    var errorBudget = ErrorBudget()

    /// A session that has yet to connect.
    public init(clientID: String) {
        self.clientID = clientID
        self.info = ClientInfo(user: "", client: clientID)
    }

    /// What the shell must do about a command.
    public enum CommandAction {
        case none
        case reply(Reply)
        case disconnect(DisconnectCode)
        /// Reply, then end the connection: a failed `connect` leaves nothing to go on with.
        case refuse(Reply, DisconnectCode)
        /// Verify the token, then call ``authenticated(_:request:id:policy:now:)``.
        case verifyConnection(id: UInt32, ConnectRequest)
        /// Make the plan's subscriptions, then reply with ``ConnectPlan/result``.
        case accept(ConnectPlan)
        /// Verify the token, then call ``verified(_:for:id:policy:now:)``.
        case verifySubscription(SubscriptionPlan, token: String)
        /// Make the subscription, then call ``subscribed(_:attachment:)`` or ``failedToSubscribe(_:)``.
        case subscribe(SubscriptionPlan)
        case unsubscribe(id: UInt32, EndedSubscription<Attachment>)
        case publish(id: UInt32, PublishPlan)
        case readPresence(id: UInt32, ChannelName)
        case readPresenceStats(id: UInt32, ChannelName)
        case readHistory(id: UInt32, HistoryRequest, ChannelRules)
        case deliverMessage(data: [UInt8])
        case call(id: UInt32, RPCRequest)
        /// Verify the token, then call ``refreshed(_:id:policy:now:)``.
        case verifyRefresh(id: UInt32, token: String)
        /// Verify the token, then call ``refreshedSubscription(_:id:channel:policy:now:)``.
        case verifySubRefresh(id: UInt32, channel: ChannelName, token: String)
    }

    /// Whether a command must not be given to the machine yet.
    @inlinable
    public func mustWait(_ command: Command) -> Bool {
        switch self.phase {
        case .connecting: true
        case .connected: command.channel.flatMap { self.entries[$0] }.map { !$0.isLive } ?? false
        case .fresh, .closed: false
        }
    }

    /// A command arrived and need not wait.
    @inlinable
    public mutating func received(
        _ command: Command,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        guard self.phase == .connected, case .publish(let request) = command.request, command.id > 0 else {
            return self.dispatch(command, policy: policy, now: now)
        }
        return self.publish(request, id: command.id, policy: policy, now: now)
    }

    @usableFromInline
    mutating func dispatch(
        _ command: Command,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        switch self.phase {
        case .closed, .connecting:
            return .none
        case .fresh:
            guard case .connect(let request) = command.request, command.id > 0 else {
                return .disconnect(.badRequest)
            }
            return self.connect(request, id: command.id, policy: policy, now: now)
        case .connected:
            return self.perform(command, policy: policy, now: now)
        }
    }

    private mutating func perform(
        _ command: Command,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        let id = command.id
        switch command.request {
        case .pong:
            return self.keepAlive.receivedPong() ? .none : .disconnect(.badRequest)
        case .send(let data):
            return .deliverMessage(data: data)
        case _ where id == 0:
            return .disconnect(.badRequest)
        case .connect:
            return .disconnect(.badRequest)
        case .subscribe(let request):
            return self.subscribe(request, id: id, policy: policy, now: now)
        case .unsubscribe(let channel):
            return self.unsubscribe(channel, id: id, policy: policy, now: now)
        case .publish(let request):
            return self.publish(request, id: id, policy: policy, now: now)
        case .presence(let channel):
            return self.readPresence(.readPresence(id: id, channel), of: channel, id: id, policy: policy, now: now)
        case .presenceStats(let channel):
            return self.readPresence(.readPresenceStats(id: id, channel), of: channel, id: id, policy: policy, now: now)
        case .history(let request):
            return self.readHistory(request, id: id, policy: policy, now: now)
        case .rpc(let request):
            return .call(id: id, request)
        case .refresh(let token):
            return self.refresh(token, id: id, policy: policy, now: now)
        case .subRefresh(let request):
            return self.refreshSubscription(request, id: id, policy: policy, now: now)
        case .ping:
            return .reply(Reply(id: id, .ping))
        case .unknown:
            return self.fail(id, .methodNotFound, policy: policy, now: now)
        }
    }

    /// An error reply, or the end of a session that makes too many mistakes.
    public mutating func fail(
        _ id: UInt32,
        _ code: ErrorCode,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        guard code.isTemporary || !self.errorBudget.spend(now: now, limits: policy.limits) else {
            return .disconnect(.tooManyErrors)
        }
        return .reply(Reply(id: id, .error(code)))
    }

    /// The session as the authorizer sees it.
    @inlinable
    func subject(on channel: ChannelName) -> Authorizer.Subject {
        let entry = self.entries[channel].flatMap { $0.isLive ? $0 : nil }
        return Authorizer.Subject(user: self.user, isSubscribed: entry != nil, holdsToken: entry?.holdsToken ?? false)
    }

    /// Channels that the session is subscribed to or about to be. O(1).
    public var subscriptionCount: Int { self.entries.count }

    /// Channels that the session is subscribed to. O(subscriptions).
    public var liveChannels: [ChannelName] {
        self.entries.compactMap { $0.value.isLive ? $0.key : nil }
    }

    /// Whether the session is subscribed to the channel.
    public func isSubscribed(to channel: ChannelName) -> Bool {
        self.entries[channel]?.isLive ?? false
    }

    /// What the shell attached to a live subscription.
    public func attachment(of channel: ChannelName) -> Attachment? {
        self.entries[channel]?.attachment
    }

    /// The connection is gone or is being closed. Returns what has to be undone. O(subscriptions).
    public mutating func closed() -> [EndedSubscription<Attachment>] {
        self.phase = .closed
        defer { self.entries = [:] }
        return self.entries.compactMap { channel, entry in
            entry.attachment.map { EndedSubscription(channel: channel, attachment: $0) }
        }
    }
}

/// A subscription that has to be undone.
public struct EndedSubscription<Attachment> {
    /// Where.
    public var channel: ChannelName
    /// What the shell attached when it became live; nil when it had not.
    public var attachment: Attachment?
}

extension EndedSubscription: Sendable where Attachment: Sendable {}

extension Command {
    /// The channel that the command is about.
    @usableFromInline
    var channel: ChannelName? {
        switch self.request {
        case .subscribe(let request): request.channel
        case .unsubscribe(let channel), .presence(let channel), .presenceStats(let channel): channel
        case .publish(let request): request.channel
        case .history(let request): request.channel
        case .subRefresh(let request): request.channel
        case .connect, .send, .rpc, .refresh, .ping, .pong, .unknown: nil
        }
    }
}
