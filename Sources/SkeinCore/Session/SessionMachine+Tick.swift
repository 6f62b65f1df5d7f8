/// What time alone brings: pings, silence, expiry.
extension SessionMachine {
    /// What the shell must do because time has passed.
    public enum TickAction {
        case none
        case sendPing
        case disconnect(DisconnectCode)
        /// Subscriptions have expired: undo them and tell the client with 2501.
        case expire([EndedSubscription<Attachment>])
    }

    /// Time has passed. Called at ``deadline(policy:)`` or later; calling it more often changes nothing.
    public mutating func tick(policy: SessionPolicy, now: MonotonicInstant) -> TickAction {
        guard self.phase == .connected else { return .none }
        let grace = policy.limits.tokenGrace
        if now >= self.expiresAt + grace { return .disconnect(.expired) }
        switch self.keepAlive.tick(now: now, limits: policy.limits) {
        case .declareGone: return .disconnect(.noPong)
        case .sendPing: return .sendPing
        case .none: break
        }
        let expired = self.entries.filter { $0.value.isLive && now >= $0.value.expiresAt + grace }
        guard !expired.isEmpty else { return .none }
        if expired.values.contains(where: { !$0.isClientSide }) { return .disconnect(.subscriptionExpired) }
        for channel in expired.keys { self.entries[channel] = nil }
        return .expire(expired.map { EndedSubscription(channel: $0.key, attachment: $0.value.attachment) })
    }

    /// When ``tick(policy:now:)`` has something to do. O(subscriptions).
    public func deadline(policy: SessionPolicy) -> MonotonicInstant {
        guard self.phase == .connected else { return .distantFuture }
        let grace = policy.limits.tokenGrace
        let soonest = self.entries.values.reduce(self.expiresAt) { $1.isLive ? min($0, $1.expiresAt) : $0 }
        return min(self.keepAlive.deadline, soonest + grace)
    }
}
