/// What may happen on the channels of a namespace.
///
/// Immutable after configuration and shared by every session. ``contradiction`` tells rules that cannot be kept together.
public struct ChannelRules: Sendable, Equatable {
    /// Who may subscribe; `.subscribers` makes no sense here.
    public var subscribe: Access = .tokenHolders
    /// Who may publish.
    public var publish: Access = .nobody
    /// Who may read the history.
    public var readHistory: Access = .subscribers
    /// Who may read presence and its counts.
    public var readPresence: Access = .subscribers
    /// Whether sessions without a user may use these channels at all.
    public var allowsAnonymous = false
    /// Whether presence is kept.
    public var presence = false
    /// Whether join and leave events are published.
    public var joinLeave = false
    /// Whether every subscriber gets join and leave events, asked or not.
    public var pushJoinLeave = false
    /// Most publications that are kept; 0 for no history.
    public var historySize = 0
    /// How long they are kept; zero for no history.
    public var historyTTL: Duration = .zero
    /// How long the stream's epoch and offset outlive its last publication.
    public var historyMetaTTL: Duration = .seconds(30 * 24 * 3600)
    /// Whether subscriptions recover.
    public var recovery: Grant = .off
    /// What a recovery returns.
    public var recoveryMode: RecoveryMode = .stream
    /// Whether gaps are detected.
    public var positioning: Grant = .off
    /// Whether subscribers may ask for deltas.
    public var delta = false
    /// How long an idempotency key is remembered.
    public var idempotencyWindow: Duration = .seconds(300)
    /// Whether a client's publication is kept from the session that published it.
    public var excludesSender = false
    /// What payloads are.
    public var payload: PayloadKind = .json
    /// What happens to a subscriber that does not keep up.
    public var slowConsumer: SlowConsumerPolicy = .close
    /// Most sessions in a channel's presence; 0 for no limit.
    public var maximumMembers = 0

    /// The rules that configuration starts from: only token holders subscribe, nobody publishes, nothing is kept.
    public init() {}

    /// Who may do something.
    public enum Access: String, Sendable, CaseIterable {
        /// Every session.
        case anyone
        /// Sessions that are subscribed to the channel.
        case subscribers
        /// Sessions whose subscription was opened by a subscription token.
        case tokenHolders = "token_holders"
        /// No client; the server API still may.
        case nobody
    }

    /// Whether a subscription gets something.
    public enum Grant: String, Sendable, CaseIterable {
        case off
        /// If the client asks.
        case onRequest = "on_request"
        case always
    }

    /// What a recovery returns.
    public enum RecoveryMode: String, Sendable, CaseIterable {
        /// Everything that was missed.
        case stream
        /// Only the newest publication.
        case cache
    }

    /// What payloads are.
    public enum PayloadKind: String, Sendable, CaseIterable {
        case json
        case binary
    }

    /// What happens to a subscriber that does not keep up.
    public enum SlowConsumerPolicy: String, Sendable, CaseIterable {
        /// Its connection ends with 3008, and recovery brings it back.
        case close
        /// The oldest publications that wait for it are dropped.
        case dropOldest = "drop_oldest"
        /// Only the newest publication waits for it.
        case keepLatest = "keep_latest"
    }

    /// Whether publications are appended to a stream.
    public var hasHistory: Bool { self.historySize > 0 && self.historyTTL > .zero }

    /// Whether any subscription of these channels follows positions.
    public var hasPositions: Bool { self.recovery != .off || self.positioning != .off }

    /// Whether a subscription may follow positions: there is a stream, and nothing is left out of what a subscriber gets.
    public var canFollowPositions: Bool {
        self.hasHistory && !self.excludesSender && self.slowConsumer == .close
    }

    /// Why the rules cannot be kept together, as a sentence that says what to change; nil when they can.
    public var contradiction: String? {
        if self.subscribe == .subscribers {
            return "subscribe: subscribers lets nobody in; use anyone, token_holders or nobody"
        }
        if (self.historySize > 0) != (self.historyTTL > .zero) {
            return "history needs both history_size and history_ttl; set the other one too, or neither"
        }
        if self.historyMetaTTL < self.historyTTL {
            return "history_meta_ttl ends before history_ttl; make it at least as long"
        }
        if self.hasPositions && !self.hasHistory {
            return "recovery and positioning need a history; set history_size and history_ttl"
        }
        if self.hasPositions && self.excludesSender {
            return "exclude_sender leaves gaps that recovery and positioning forbid; turn one of them off"
        }
        if self.slowConsumer != .close && (self.hasPositions || self.delta) {
            return
                "slow_consumer: \(self.slowConsumer.rawValue) drops publications, which recovery, positioning and delta "
                + "forbid; use close, or turn them off"
        }
        if self.excludesSender && self.delta {
            return "delta needs every subscriber to get every publication; turn exclude_sender or delta off"
        }
        if self.maximumMembers > 0 && !self.presence {
            return "maximum_members counts presence; set presence: true"
        }
        if self.pushJoinLeave && !self.joinLeave {
            return "push_join_leave needs join_leave: true"
        }
        return nil
    }
}
